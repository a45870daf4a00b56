import {
  LANGUAGE_MODEL_SETTINGS,
  systemPromptOf,
  type LanguageModelValues,
} from '../../vendor-kit/language-model/language-model-settings.ts';
import {
  defineVendor,
  type Candidate,
  type KnownVendor,
  type ProviderContext,
} from '../../vendor-kit/vendor.ts';
import { createOpenAiGenerator } from './openai-generator.ts';
import { createOpenAiRealtimeTranscriber } from './openai-realtime-transcriber.ts';
import type { OpenAiAdapterOptions } from './openai-server.ts';
import {
  readServer,
  settingsOf,
  type ApiVendor,
  type ModelUse,
  type Values,
} from './openai-settings.ts';
import { createOpenAiSynthesizer } from './openai-synthesizer.ts';
import { createOpenAiTranscriber } from './openai-transcriber.ts';

const OPENAI: ApiVendor = {
  prefix: 'OPENAI',
  owner: 'OpenAI',
  uses: ['realtime', 'transcription', 'speech', 'chat'],
  defaults: {
    baseUrl: 'https://api.openai.com/v1',
    models: {
      realtime: 'gpt-live-transcribe',
      transcription: 'gpt-transcribe',
      speech: 'gpt-4o-mini-tts',
      chat: 'gpt-5.4-mini',
    },
    voices: ['coral', 'alloy', 'ash', 'cedar', 'echo', 'marin', 'nova', 'onyx', 'sage', 'shimmer'],
  },
};

const COMPATIBLE: ApiVendor = {
  prefix: 'COMPATIBLE',
  owner: 'the OpenAI-compatible server',
  uses: ['transcription', 'speech', 'chat'],
  // A name that servers with voices of their own tend to know as well.
  defaults: { voices: ['alloy'] },
};

/** OpenAI itself, or a server that takes its place. */
export const openAiVendor: KnownVendor = defineVendor({
  id: 'openai',
  label: 'OpenAI',
  settings: { ...LANGUAGE_MODEL_SETTINGS, ...settingsOf(OPENAI) },
  candidates: [
    {
      stage: 'transcriber',
      name: 'openai-realtime',
      isConfigured: (values) => readServer(OPENAI, values).has('realtime'),
      model: (values) => readServer(OPENAI, values).model('realtime'),
      create: (values, context) =>
        createOpenAiRealtimeTranscriber(
          adapterOptions(OPENAI, 'openai-realtime', 'realtime', values, context),
        ),
    },
    ...candidatesOf(OPENAI, 'openai'),
  ],
});

/**
 * Any server that speaks OpenAI's protocol, e.g. vLLM, llama.cpp, Ollama, speaches, LocalAI or
 * Kokoro-FastAPI; it does those stages for which a model is named.
 */
export const compatibleVendor: KnownVendor = defineVendor({
  id: 'compatible',
  label: 'OpenAI-compatible',
  settings: { ...LANGUAGE_MODEL_SETTINGS, ...settingsOf(COMPATIBLE) },
  candidates: candidatesOf(COMPATIBLE, 'compatible'),
});

function candidatesOf(vendor: ApiVendor, name: string): readonly Candidate<Values>[] {
  return [
    {
      stage: 'transcriber',
      name,
      isConfigured: (values) => readServer(vendor, values).has('transcription'),
      model: (values) => readServer(vendor, values).model('transcription'),
      create: (values, context) =>
        createOpenAiTranscriber(adapterOptions(vendor, name, 'transcription', values, context)),
    },
    {
      stage: 'generator',
      name,
      isConfigured: (values) => readServer(vendor, values).has('chat'),
      model: (values) => readServer(vendor, values).model('chat'),
      create: (values, context) =>
        createOpenAiGenerator({
          ...adapterOptions(vendor, name, 'chat', values, context),
          systemPrompt: systemPromptOf(values as LanguageModelValues),
          maxOutputTokens: (values as LanguageModelValues).GENERATOR_MAX_TOKENS,
          isOpenAi: vendor.prefix === 'OPENAI',
        }),
    },
    {
      stage: 'synthesizer',
      name,
      isConfigured: (values) => readServer(vendor, values).has('speech'),
      model: (values) => readServer(vendor, values).model('speech'),
      create(values, context) {
        const { voices, speechRateHz } = readServer(vendor, values);
        return createOpenAiSynthesizer({
          ...adapterOptions(vendor, name, 'speech', values, context),
          voices,
          sampleRateHz: speechRateHz,
        });
      },
    },
  ];
}

/** @throws Error if an address or a model is missing, which `isConfigured` tells before */
function adapterOptions(
  vendor: ApiVendor,
  name: string,
  use: ModelUse,
  values: Values,
  context: ProviderContext,
): OpenAiAdapterOptions {
  const { baseUrl, apiKey, model: modelFor } = readServer(vendor, values);
  const model = modelFor(use);
  if (baseUrl === undefined || model === undefined)
    throw new Error(`${name} needs ${vendor.prefix}_BASE_URL and a model.`);
  const hasModelList = vendor.prefix === 'OPENAI';
  return { server: { name, baseUrl, apiKey, hasModelList }, model, context };
}
