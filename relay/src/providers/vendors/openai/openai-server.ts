import type { Stage } from '@parley/shared';
import type { Languages } from '../../../call/stages/languages.ts';
import type { ModelListRequest } from '../../vendor-kit/http-client/model-list.ts';
import { onBase } from '../../vendor-kit/vendor-url.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';

/** Where an OpenAI-like API is served, and how its adapters are called. */
export interface OpenAiServer {
  /** Name of the adapter, e.g. `openai-realtime`. */
  readonly name: string;
  /** With the version, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Servers of one's own often want none. */
  readonly apiKey: string | undefined;
  /** What this server wants beside the key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows the address, if it is not OpenAI's own path. */
  readonly path?: string | undefined;
  /** Whether a list of models is sure to be served; not all imitations of the API have it. */
  readonly hasModelList: boolean;
}

export interface OpenAiAdapterOptions {
  readonly server: OpenAiServer;
  readonly model: string;
  /** What its models hear and speak; undefined: any. */
  readonly languages?: Languages;
  readonly context: ProviderContext;
}

/** The headers that let us in; an `authorization` of the server's own takes the key's place. */
export function authorization({ apiKey, headers }: OpenAiServer): Record<string, string> {
  return { ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }), ...headers };
}

/** @param usual - OpenAI's own path, e.g. `audio/speech` */
export function endpointOf({ baseUrl, path }: OpenAiServer, usual: string): string {
  return onBase(baseUrl, path ?? usual);
}

export function modelListOf(server: OpenAiServer): ModelListRequest {
  return {
    url: onBase(server.baseUrl, 'models'),
    headers: authorization(server),
    isOptional: !server.hasModelList,
    // Beside the version: whisper.cpp, llama.cpp, vLLM and Kokoro-FastAPI have it there.
    healthUrl: onBase(server.baseUrl.replace(/\/v\d+\/*$/, ''), 'health'),
  };
}

/** For errors: the provider and the stage that failed. */
export function adapterOf(server: OpenAiServer, stage: Stage, { connectMs }: ProviderContext) {
  return { provider: server.name, stage, connectMs };
}

/** @returns ISO 639-1, e.g. `en` for `en-US`; undefined if the language has no such code */
export function isoLanguage(language: string): string | undefined {
  const subtag = language.split('-')[0]!.toLowerCase();
  return /^[a-z]{2}$/.test(subtag) ? subtag : undefined;
}
