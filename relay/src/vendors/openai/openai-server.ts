import type { Stage } from '../../stages/provider.ts';
import type { VendorHttp } from '../../vendor-kit/transport/vendor-http.ts';
import { onBase } from '../../vendor-kit/transport/vendor-url.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';

/** Where an OpenAI-like API is served, and how its adapters are called. */
export interface OpenAiServer {
  /** Name of the adapter, e.g. `openai-realtime`. */
  readonly name: string;
  /** With the version, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Servers of one's own often want none. */
  readonly apiKey: string | undefined;
  /** Whether a list of models is sure to be served; not all who imitate the API have it. */
  readonly hasModelList: boolean;
}

export interface OpenAiAdapterOptions {
  readonly server: OpenAiServer;
  readonly model: string;
  readonly context: ProviderContext;
}

export function authorization({ apiKey }: OpenAiServer): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** The cheapest request that only those may make who have the right key. */
export function modelList(server: OpenAiServer) {
  return { url: onBase(server.baseUrl, 'models'), headers: authorization(server) };
}

/** For errors: who failed at what. */
export function adapterOf(server: OpenAiServer, stage: Stage, { connectMs }: ProviderContext) {
  return { provider: server.name, stage, connectMs };
}

/**
 * Whether the server is there and lets us in.
 *
 * @throws ProviderError
 */
export async function checkServer(
  http: VendorHttp,
  server: OpenAiServer,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { url, headers } = modelList(server);
    const response = await http.request(url, { method: 'GET', headers, signal });
    // Read to its end: a cancelled body would take its connection with it.
    for await (const part of response.body ?? []) void part;
  } catch (thrown) {
    signal.throwIfAborted();
    const error = http.failure(thrown);
    // Whoever says so is there and has let us in, which is all that can be known of it.
    const hasNoList = error.status === 404 || error.status === 405;
    if (!(hasNoList && !server.hasModelList)) throw error;
  }
}

/** @returns ISO 639-1, e.g. `en` for `en-US`; undefined where the language has no such code */
export function isoLanguage(language: string): string | undefined {
  const subtag = language.split('-')[0]!.toLowerCase();
  return /^[a-z]{2}$/.test(subtag) ? subtag : undefined;
}
