import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Generator } from '../../../call/stages/generator/generator.ts';
import { createLanguageModelGenerator } from '../../vendor-kit/language-model/language-model-generator.ts';
import type { ToolUse } from '../../vendor-kit/language-model/model-limits.ts';
import type { Reasoning } from '../../vendor-kit/language-model/reasoning.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import { chatFrames } from './chat-frames.ts';
import {
  adapterOf,
  authorization,
  endpointOf,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import type { ChatApi } from './openai-settings.ts';

export interface OpenAiGeneratorOptions extends OpenAiAdapterOptions {
  readonly systemPrompt: string;
  readonly maxOutputTokens: number;
  readonly reasoning: Reasoning;
  readonly tools: ToolUse;
  readonly contextTokens: number | undefined;
  readonly api: ChatApi;
  /** Whether it is OpenAI, or knows all that is particular to OpenAI's own models. */
  readonly isOpenAi: boolean;
}

/** `/chat/completions`, or OpenAI's `/responses`, as a language model. */
export function createOpenAiGenerator(options: OpenAiGeneratorOptions): Owned<Generator> {
  const { server, model, context, systemPrompt, maxOutputTokens, isOpenAi } = options;
  const { tools, contextTokens, reasoning, api } = options;
  // Since GPT-5.4 `/chat/completions` takes tools only from those that do not think
  // (developers.openai.com/api/docs/models/gpt-6-luna, read on 2026-11-22).
  const isResponses = api === 'responses' || (api === 'auto' && reasoning !== 'none');
  const http = new VendorHttp(adapterOf(server, 'generator', context));
  const headers = authorization(server);
  const url = endpointOf(server, 'chat/completions');
  // The library knows one path only.
  const toPath: typeof http.fetch = (_, init) => http.fetch(url, init);
  const fetch = server.path === undefined ? http.fetch : toPath;
  const common = {
    baseURL: server.baseUrl,
    fetch: isOpenAi && isResponses ? fetch : chatFrames(fetch, server.name),
  };
  return createLanguageModelGenerator({
    name: server.name,
    // Without a key of its own the library would look for one in the environment.
    model: isOpenAi
      ? openAiModel(createOpenAI({ ...common, apiKey: server.apiKey ?? '' }), model, isResponses)
      : // Servers of others send usage only if they are asked to.
        createOpenAICompatible({ ...common, name: server.name, headers, includeUsage: true })(
          model,
        ),
    http,
    models: modelListOf(server),
    systemPrompt,
    maxOutputTokens,
    reasoning,
    // Nothing is kept at the vendor; a summary of thoughts is not given to every account.
    ...(isOpenAi &&
      isResponses && { providerOptions: { openai: { store: false, reasoningSummary: null } } }),
    // For templates of open models that think: vLLM, SGLang and llama.cpp hand it to them.
    thinkingOff: isOpenAi
      ? undefined
      : { [server.name]: { chat_template_kwargs: { enable_thinking: false } } },
    tools,
    contextTokens,
    context,
  });
}

function openAiModel(openAi: OpenAIProvider, model: string, isResponses: boolean): LanguageModelV4 {
  return isResponses ? openAi.responses(model) : openAi.chat(model);
}
