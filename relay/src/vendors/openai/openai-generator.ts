import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Generator } from '../../stages/generator.ts';
import { createLanguageModelGenerator } from '../../vendor-kit/language-model/language-model-generator.ts';
import type { ToolUse } from '../../vendor-kit/language-model/model-limits.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import type { Owned } from '../../stages/provider.ts';
import {
  adapterOf,
  authorization,
  endpointOf,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';

export interface OpenAiGeneratorOptions extends OpenAiAdapterOptions {
  readonly systemPrompt: string;
  readonly maxOutputTokens: number;
  readonly tools: ToolUse;
  readonly contextTokens: number | undefined;
  /** Whether it is OpenAI, or knows all that is particular to OpenAI's own models. */
  readonly isOpenAi: boolean;
}

/** `/chat/completions` as a language model. */
export function createOpenAiGenerator(options: OpenAiGeneratorOptions): Owned<Generator> {
  const { server, model, context, systemPrompt, maxOutputTokens, isOpenAi } = options;
  const { tools, contextTokens } = options;
  const http = new VendorHttp(adapterOf(server, 'generator', context));
  const headers = authorization(server);
  const url = endpointOf(server, 'chat/completions');
  // The library knows one path only.
  const fetch: typeof http.fetch = (_, init) => http.fetch(url, init);
  const common = { baseURL: server.baseUrl, fetch: server.path === undefined ? http.fetch : fetch };
  return createLanguageModelGenerator({
    name: server.name,
    // Without a key of its own the library would look for one in the environment.
    model: isOpenAi
      ? createOpenAI({ ...common, apiKey: server.apiKey ?? '' }).chat(model)
      : // Servers of others send usage only if they are asked to.
        createOpenAICompatible({ ...common, name: server.name, headers, includeUsage: true })(
          model,
        ),
    http,
    models: modelListOf(server),
    systemPrompt,
    maxOutputTokens,
    tools,
    contextTokens,
    context,
  });
}
