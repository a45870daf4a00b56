import { createAnthropic } from '@ai-sdk/anthropic';
import { z } from 'zod';
import { setting } from '../../config/settings.ts';
import { apiRoot } from '../../vendor-kit/language-model/api-root.ts';
import { createLanguageModelGenerator } from '../../vendor-kit/language-model/language-model-generator.ts';
import {
  LANGUAGE_MODEL_SETTINGS,
  systemPromptOf,
} from '../../vendor-kit/language-model/language-model-settings.ts';
import { VendorHttp } from '../../vendor-kit/transport/vendor-http.ts';
import { onBase } from '../../vendor-kit/transport/vendor-url.ts';
import { defineVendor } from '../../vendor-kit/vendor.ts';

/** The version of the API that every request names. */
const API_VERSION = '2023-06-01';

const ANTHROPIC_SETTINGS = {
  ...LANGUAGE_MODEL_SETTINGS,
  ANTHROPIC_API_KEY: setting(z.string().min(1).optional(), {
    type: 'text',
    about: 'Anthropic’s API key; with it Claude can answer.',
    isSecret: true,
  }),
  ANTHROPIC_BASE_URL: setting(z.url().default('https://api.anthropic.com'), {
    type: 'http or https URL',
    default: 'https://api.anthropic.com',
    about: 'Where Anthropic’s API is reached.',
  }),
  ANTHROPIC_MODEL: setting(z.string().min(1).default('claude-haiku-4-5'), {
    type: 'model id',
    default: 'claude-haiku-4-5',
    about: 'The language model at Anthropic.',
  }),
};

/** The Claude models. */
export const anthropicVendor = defineVendor({
  id: 'anthropic',
  label: 'Anthropic',
  settings: ANTHROPIC_SETTINGS,
  candidates: [
    {
      stage: 'generator',
      name: 'anthropic',
      isConfigured: (values) => values.ANTHROPIC_API_KEY !== undefined,
      model: (values) => values.ANTHROPIC_MODEL,
      create(values, context) {
        const http = new VendorHttp({
          provider: 'anthropic',
          stage: 'generator',
          connectMs: context.connectMs,
        });
        const apiKey = values.ANTHROPIC_API_KEY ?? '';
        const baseURL = apiRoot(values.ANTHROPIC_BASE_URL, 'v1');
        return createLanguageModelGenerator({
          name: 'anthropic',
          model: createAnthropic({ baseURL, apiKey, fetch: http.fetch })(values.ANTHROPIC_MODEL),
          http,
          models: {
            url: onBase(baseURL, 'models', { limit: 1 }),
            headers: { 'x-api-key': apiKey, 'anthropic-version': API_VERSION },
          },
          systemPrompt: systemPromptOf(values),
          maxOutputTokens: values.GENERATOR_MAX_TOKENS,
          context,
        });
      },
    },
  ],
});
