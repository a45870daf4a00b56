import { createGoogle } from '@ai-sdk/google';
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

const GOOGLE_SETTINGS = {
  ...LANGUAGE_MODEL_SETTINGS,
  GOOGLE_API_KEY: setting(z.string().min(1).optional(), {
    type: 'text',
    about: 'Google’s key for the Gemini API; with it Gemini can answer.',
    isSecret: true,
  }),
  GOOGLE_BASE_URL: setting(z.url().default('https://generativelanguage.googleapis.com'), {
    type: 'http or https URL',
    default: 'https://generativelanguage.googleapis.com',
    about: 'Where the Gemini API is reached.',
  }),
  // Of the stable ones the quickest to begin: it does not think unless it is told to.
  GOOGLE_MODEL: setting(z.string().min(1).default('gemini-3.5-flash-lite'), {
    type: 'model id',
    default: 'gemini-3.5-flash-lite',
    about: 'The language model at Google.',
  }),
};

/** The Gemini models. */
export const googleVendor = defineVendor({
  id: 'google',
  label: 'Google',
  settings: GOOGLE_SETTINGS,
  candidates: [
    {
      stage: 'generator',
      name: 'google',
      isConfigured: (values) => values.GOOGLE_API_KEY !== undefined,
      model: (values) => values.GOOGLE_MODEL,
      create(values, context) {
        const http = new VendorHttp({
          provider: 'google',
          stage: 'generator',
          connectMs: context.connectMs,
        });
        const apiKey = values.GOOGLE_API_KEY ?? '';
        const baseURL = apiRoot(values.GOOGLE_BASE_URL, 'v1beta');
        return createLanguageModelGenerator({
          name: 'google',
          model: createGoogle({ baseURL, apiKey, fetch: http.fetch })(values.GOOGLE_MODEL),
          http,
          models: {
            url: onBase(baseURL, 'models', { pageSize: 1 }),
            headers: { 'x-goog-api-key': apiKey },
          },
          systemPrompt: systemPromptOf(values),
          maxOutputTokens: values.GENERATOR_MAX_TOKENS,
          context,
        });
      },
    },
  ],
});
