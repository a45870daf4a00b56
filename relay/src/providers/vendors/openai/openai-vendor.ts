import { z } from 'zod';
import { setting } from '../../../base/config/settings.ts';
import type { Voice, Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import {
  LANGUAGE_MODEL_SETTINGS,
  readModelLimits,
  systemPromptOf,
  type LanguageModelValues,
} from '../../vendor-kit/language-model/language-model-settings.ts';
import {
  defineVendor,
  type VendorCandidate,
  type KnownVendor,
  type ProviderContext,
} from '../../vendor-kit/vendor.ts';
import { createOpenAiRealtimeTranscriber } from './openai-realtime-transcriber.ts';
import { type OpenAiAdapterOptions, authorization } from './openai-server.ts';
import { CHAT_APIS, settingsOf, type ChatApi } from './openai-settings.ts';
import type { ApiVendor, ModelUse, Values } from './openai-settings.ts';
import { createOpenAiSynthesizer } from './openai-synthesizer.ts';
import { createOpenAiTranscriber } from './openai-transcriber.ts';
import { accessFor, addressFor, needsOf, voicesOf } from './server-values.ts';
import { settingsAdvice } from './settings-advice.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { RealtimeVoiceProtocol } from './realtime-voice-protocol.ts';

/** The only rate the API speaks at. */
const RATE_HZ = 24_000;

/** A session ends after 60 minutes, and the reply that begins last must still fit in. */
const MAX_AGE_MS = 50 * 60_000;

/** Responses outside of the conversation run side by side. */
const AHEAD = 2;

/** The models that think before they speak, unless they are asked not to. */
const THINKING_MODELS = /^gpt-realtime-2/;

interface OpenAiRealtimeVoiceOptions extends OpenAiAdapterOptions {
  readonly voices: readonly Voice[];
}

/**
 * What OpenAI's models hear, and speak as well.
 * Source: https://developers.openai.com/api/docs/guides/speech-to-text and …/text-to-speech
 */
const OPENAI_LANGUAGES: readonly string[] = (
  'af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk ko lv ' +
  'lt mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy'
).split(' ');

const CHAT_API = 'OPENAI_CHAT_API';
const OPENAI: ApiVendor = {
  prefix: 'OPENAI',
  owner: 'OpenAI',
  uses: ['realtime', 'transcription', 'speech', 'realtime_voice', 'chat'],
  isSplit: false,
  defaults: {
    baseUrl: 'https://api.openai.com/v1',
    models: {
      realtime: 'gpt-live-transcribe',
      transcription: 'gpt-transcribe',
      speech: 'gpt-4o-mini-tts',
      realtime_voice: 'gpt-realtime-2.1-mini',
      chat: 'gpt-6-luna',
    },
    voices: ['coral', 'alloy', 'ash', 'cedar', 'echo', 'marin', 'nova', 'onyx', 'sage', 'shimmer'],
  },
};

/** How many servers of the same kind there may be. */
const MAX_SERVERS = 9;

/** @param number - from 1 */
function compatibleServer(number: number): ApiVendor {
  return {
    prefix: number === 1 ? 'COMPATIBLE' : `COMPATIBLE_${number}`,
    owner: number === 1 ? 'the OpenAI-compatible server' : `OpenAI-compatible server ${number}`,
    uses: ['transcription', 'speech', 'chat'],
    isSplit: true,
    defaults: {
      // The names by which servers with one model, or with aliases, know it.
      models: { transcription: 'whisper-1', speech: 'tts-1', chat: 'default' },
      // A name that servers with voices of their own tend to know as well.
      voices: ['alloy'],
    },
  };
}

/** OpenAI itself, or a server that takes its place. */
export const openAiVendor: KnownVendor = defineVendor({
  id: 'openai',
  label: 'OpenAI',
  settings: {
    ...LANGUAGE_MODEL_SETTINGS,
    ...settingsOf(OPENAI),
    [CHAT_API]: setting(z.enum(CHAT_APIS).default('auto'), {
      type: '`auto`, `completions` or `responses`',
      default: 'auto',
      about:
        'Whether OpenAI is asked by `/chat/completions` or `/responses`. Its present models take tools by the older one only if they do not think: `auto` is the newer one if `GENERATOR_REASONING` is not `none`.',
    }),
  },
  candidates: [
    {
      stage: 'transcriber',
      name: 'openai-realtime',
      ...usable(OPENAI, 'realtime'),
      create: (values, context) =>
        createOpenAiRealtimeTranscriber(
          adapterOptions(OPENAI, 'openai-realtime', 'realtime', values, context),
        ),
    },
    ...candidatesOf(OPENAI, 'openai'),
    // After the voice that ends on 6 January 2027, which reads more exactly while it lasts.
    {
      stage: 'synthesizer',
      name: 'openai-realtime',
      ...usable(OPENAI, 'realtime_voice'),
      create: (values, context) =>
        createOpenAiRealtimeSynthesizer({
          ...adapterOptions(OPENAI, 'openai-realtime', 'realtime_voice', values, context),
          voices: liveVoicesOf(voicesOf(OPENAI, values).voices),
        }),
    },
  ],
});

/** Voices that only `/audio/speech` has. */
const SPEECH_VOICES = ['fable', 'nova', 'onyx'];

function liveVoicesOf(voices: readonly Voice[]): readonly Voice[] {
  const live = voices.filter(({ id }) => !SPEECH_VOICES.includes(id));
  return live.length > 0 ? live : [{ id: 'marin', label: 'Marin' }];
}

/**
 * Any servers that speak OpenAI's protocol, e.g. vLLM, llama.cpp, Ollama, speaches, LocalAI or
 * Kokoro-FastAPI; each does those stages for which it has an address and a model. The first is
 * `compatible`, the others are `compatible-2` and so on.
 */
export const compatibleVendors: readonly KnownVendor[] = Array.from(
  { length: MAX_SERVERS },
  (_, index) => {
    const server = compatibleServer(index + 1);
    const id = index === 0 ? 'compatible' : `compatible-${index + 1}`;
    return defineVendor({
      id,
      label: 'OpenAI-compatible',
      ...(index > 0 && { repeats: 'compatible' }),
      settings: { ...LANGUAGE_MODEL_SETTINGS, ...settingsOf(server) },
      candidates: candidatesOf(server, id),
      advise: (values, given) => settingsAdvice(server, values, given),
    });
  },
);

/** The first of them, which is the only one for most people. */
export const compatibleVendor: KnownVendor = compatibleVendors[0]!;

/** Whether there is enough to do something, what is missing, and with which model it is done. */
function usable(vendor: ApiVendor, use: ModelUse) {
  return {
    isConfigured: (values: Values) => addressFor(vendor, use, values) !== undefined,
    needs: needsOf(vendor, use),
    model: (values: Values) =>
      addressFor(vendor, use, values)?.model ?? vendor.defaults.models?.[use],
    access: (values: Values) => accessFor(vendor, use, values),
  };
}

function candidatesOf(vendor: ApiVendor, name: string): readonly VendorCandidate<Values>[] {
  return [
    {
      stage: 'transcriber',
      name,
      ...usable(vendor, 'transcription'),
      create: (values, context) =>
        createOpenAiTranscriber(adapterOptions(vendor, name, 'transcription', values, context)),
    },
    {
      stage: 'generator',
      name,
      ...usable(vendor, 'chat'),
      create: async (values, context) =>
        (await import('./openai-generator.ts')).createOpenAiGenerator({
          ...adapterOptions(vendor, name, 'chat', values, context),
          systemPrompt: systemPromptOf(values as LanguageModelValues),
          maxOutputTokens: (values as LanguageModelValues).GENERATOR_MAX_TOKENS,
          reasoning: (values as LanguageModelValues).GENERATOR_REASONING,
          api: vendor.isSplit ? 'completions' : (values[CHAT_API] as ChatApi),
          ...readModelLimits(vendor.prefix, values),
          isOpenAi: !vendor.isSplit,
        }),
    },
    {
      stage: 'synthesizer',
      name,
      ...usable(vendor, 'speech'),
      create(values, context) {
        const { voices, speechRateHz } = voicesOf(vendor, values);
        return createOpenAiSynthesizer({
          ...adapterOptions(vendor, name, 'speech', values, context),
          voices,
          sampleRateHz: speechRateHz,
        });
      },
    },
  ];
}

/** @throws Error if an address or a model is missing; `isConfigured` says so before */
function adapterOptions(
  vendor: ApiVendor,
  name: string,
  use: ModelUse,
  values: Values,
  context: ProviderContext,
): OpenAiAdapterOptions {
  const address = addressFor(vendor, use, values);
  if (address === undefined) throw new Error(`${name} needs ${needsOf(vendor, use)}.`);
  const { model, ...server } = address;
  // At another address its models may be any.
  const isHome = server.baseUrl === OPENAI.defaults.baseUrl;
  return {
    server: { name, ...server, hasModelList: !vendor.isSplit },
    model,
    languages: isHome ? OPENAI_LANGUAGES : undefined,
    context,
  };
}

/**
 * OpenAI's Realtime API as a voice. It replaces `/audio/speech`, whose models end on 6 January 2027
 * (developers.openai.com/api/docs/deprecations, read on 2026-11-22): the successor that is named
 * there is a model that talks, asked to read.
 */
function createOpenAiRealtimeSynthesizer(
  options: OpenAiRealtimeVoiceOptions,
): Synthesizer & AsyncDisposable {
  const { server, model, languages, voices, context } = options;
  return createSocketSynthesizer({
    name: server.name,
    languages,
    context,
    sampleRateHz: RATE_HZ,
    voices,
    // A session keeps the voice that it has spoken with once.
    hasVoicePerSocket: true,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: () => ({
      url: asSocketUrl(onBase(server.baseUrl, 'realtime', { model })),
      headers: authorization(server),
    }),
    protocolFor: (_socket, voice, onUsed) =>
      new RealtimeVoiceProtocol(
        {
          audio: { output: { format: { type: 'audio/pcm', rate: RATE_HZ }, voice } },
          ...(THINKING_MODELS.test(model) && { reasoning: { effort: 'minimal' } }),
        },
        (usage) => onUsed({ model, ...usage }),
      ),
    modelFor: () => model,
    countsCharacters: false,
  });
}
