import { createGroq } from '@ai-sdk/groq';
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

const GROQ_SETTINGS = {
  ...LANGUAGE_MODEL_SETTINGS,
  GROQ_API_KEY: setting(z.string().min(1).optional(), {
    type: 'text',
    about: 'Groq’s API key; with it Groq can answer.',
    isSecret: true,
  }),
  GROQ_BASE_URL: setting(z.url().default('https://api.groq.com'), {
    type: 'http or https URL',
    default: 'https://api.groq.com',
    about: 'Where Groq’s API is reached.',
  }),
  GROQ_MODEL: setting(z.string().min(1).default('openai/gpt-oss-20b'), {
    type: 'model id',
    default: 'openai/gpt-oss-20b',
    about: 'The language model at Groq.',
  }),
};

/** Language models on Groq's hardware, known for their speed. */
export const groqVendor = defineVendor({
  id: 'groq',
  label: 'Groq',
  settings: GROQ_SETTINGS,
  candidates: [
    {
      stage: 'generator',
      name: 'groq',
      isConfigured: (values) => values.GROQ_API_KEY !== undefined,
      model: (values) => values.GROQ_MODEL,
      create(values, context) {
        const http = new VendorHttp({
          provider: 'groq',
          stage: 'generator',
          connectMs: context.connectMs,
        });
        const apiKey = values.GROQ_API_KEY ?? '';
        const baseURL = apiRoot(values.GROQ_BASE_URL, 'openai/v1');
        return createLanguageModelGenerator({
          name: 'groq',
          model: createGroq({ baseURL, apiKey, fetch: http.fetch })(values.GROQ_MODEL),
          http,
          models: {
            url: onBase(baseURL, 'models'),
            headers: { authorization: `Bearer ${apiKey}` },
          },
          systemPrompt: systemPromptOf(values),
          maxOutputTokens: values.GENERATOR_MAX_TOKENS,
          context,
          // These always think first, which is silence; the others refuse to be told how much.
          ...(values.GROQ_MODEL.includes('gpt-oss')
            ? { providerOptions: { groq: { reasoningEffort: 'low' } } }
            : {}),
        });
      },
    },
  ],
});
