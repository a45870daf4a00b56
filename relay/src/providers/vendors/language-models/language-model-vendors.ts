import type { LanguageModelV4, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { createLanguageModelGenerator } from '../../vendor-kit/language-model/language-model-generator.ts';
import {
  LANGUAGE_MODEL_SETTINGS,
  modelLimitSettings,
  readModelLimits,
  systemPromptOf,
  type LanguageModelValues,
} from '../../vendor-kit/language-model/language-model-settings.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import { apiRoot, onBase } from '../../vendor-kit/vendor-url.ts';
import { apiKeySetting, baseUrlSetting, modelSetting } from '../../vendor-kit/vendor-settings.ts';
import { defineVendor, type KnownVendor } from '../../vendor-kit/vendor.ts';

/** The version of Anthropic's API that every request names. */
const ANTHROPIC_VERSION = '2023-06-01';

/** A vendor that offers nothing but language models: what sets it apart from the others. */
interface LanguageModelVendor {
  /** Also its prefix, in capitals, of the environment variables. */
  readonly id: string;
  readonly label: string;
  readonly aboutKey: string;
  readonly baseUrl: string;
  readonly aboutBaseUrl: string;
  /** Below the base URL, with its version, e.g. `v1`. */
  readonly apiPath: string;
  readonly model: string;
  /** Loads the vendor's library: only those that are used take memory. */
  readonly connect: (
    access: { readonly apiKey: string; readonly baseURL: string; readonly fetch: typeof fetch },
    model: string,
  ) => Promise<LanguageModelV4>;
  /** As few of its models as it lists at once. */
  readonly shortestList: Readonly<Record<string, number>>;
  readonly authorization: (apiKey: string) => Readonly<Record<string, string>>;
  /** Marks the end of what it is to cache; the others cache without a mark. */
  readonly cachePoint?: SharedV4ProviderOptions;
}

/** The Claude models. */
export const anthropicVendor = languageModelVendor({
  id: 'anthropic',
  label: 'Anthropic',
  aboutKey: 'Anthropic’s API key; with it Claude can answer.',
  baseUrl: 'https://api.anthropic.com',
  aboutBaseUrl: 'Where Anthropic’s API is reached.',
  apiPath: 'v1',
  model: 'claude-haiku-5-5',
  connect: async (access, model) =>
    (await import('@ai-sdk/anthropic')).createAnthropic(access)(model),
  shortestList: { limit: 1 },
  authorization: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': ANTHROPIC_VERSION }),
  cachePoint: { anthropic: { cacheControl: { type: 'ephemeral' } } },
});

/** The Gemini models. */
export const googleVendor = languageModelVendor({
  id: 'google',
  label: 'Google',
  aboutKey: 'Google’s key for the Gemini API; with it Gemini can answer.',
  baseUrl: 'https://generativelanguage.googleapis.com',
  aboutBaseUrl: 'Where the Gemini API is reached.',
  apiPath: 'v1beta',
  // Of the stable ones the quickest to begin.
  model: 'gemini-3.5-flash-lite',
  connect: async (access, model) => (await import('@ai-sdk/google')).createGoogle(access)(model),
  shortestList: { pageSize: 1 },
  authorization: (apiKey) => ({ 'x-goog-api-key': apiKey }),
});

/** Language models on Groq's hardware, known for their speed. */
export const groqVendor = languageModelVendor({
  id: 'groq',
  label: 'Groq',
  aboutKey: 'Groq’s API key; with it Groq can answer.',
  baseUrl: 'https://api.groq.com',
  aboutBaseUrl: 'Where Groq’s API is reached.',
  apiPath: 'openai/v1',
  model: 'openai/gpt-oss-20b',
  connect: async (access, model) => (await import('@ai-sdk/groq')).createGroq(access)(model),
  shortestList: {},
  authorization: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
});

function languageModelVendor(vendor: LanguageModelVendor): KnownVendor {
  const { id, label } = vendor;
  const prefix = id.toUpperCase();
  const read = (values: Readonly<Record<string, unknown>>) => ({
    apiKey: values[`${prefix}_API_KEY`] as string | undefined,
    baseUrl: values[`${prefix}_BASE_URL`] as string,
    model: values[`${prefix}_MODEL`] as string,
  });
  return defineVendor({
    id,
    label,
    settings: {
      ...LANGUAGE_MODEL_SETTINGS,
      [`${prefix}_API_KEY`]: apiKeySetting(vendor.aboutKey),
      [`${prefix}_BASE_URL`]: baseUrlSetting(vendor.baseUrl, vendor.aboutBaseUrl),
      [`${prefix}_MODEL`]: modelSetting(vendor.model, `The language model at ${label}.`),
      ...modelLimitSettings(prefix, label),
    },
    candidates: [
      {
        stage: 'generator',
        name: id,
        isConfigured: (values) => read(values).apiKey !== undefined,
        model: (values) => read(values).model,
        async create(values, context) {
          const { apiKey = '', baseUrl, model } = read(values);
          const settings = values as LanguageModelValues;
          const { connectMs } = context;
          const http = new VendorHttp({ provider: id, stage: 'generator', connectMs });
          const baseURL = apiRoot(baseUrl, vendor.apiPath);
          return createLanguageModelGenerator({
            name: id,
            model: await vendor.connect({ apiKey, baseURL, fetch: http.fetch }, model),
            http,
            models: {
              url: onBase(baseURL, 'models', vendor.shortestList),
              headers: vendor.authorization(apiKey),
            },
            systemPrompt: systemPromptOf(settings),
            maxOutputTokens: settings.GENERATOR_MAX_TOKENS,
            reasoning: settings.GENERATOR_REASONING,
            ...readModelLimits(prefix, values),
            context,
            cachePoint: vendor.cachePoint,
          });
        },
      },
    ],
  });
}
