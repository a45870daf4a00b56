import { ProviderError } from '../provider-error.ts';
import type { Stage } from '../provider.ts';
import type { VendorHttp } from '../transport/vendor-http.ts';
import { onBase } from '../transport/vendor-url.ts';
import type { ProviderContext } from '../vendor.ts';

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

/** How long opening a connection ahead of its use may take; nobody waits for it. */
const WARM_UP_MS = 10_000;

export function authorization({ apiKey }: OpenAiServer): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** For errors: who failed at what. */
export function adapterOf(server: OpenAiServer, stage: Stage, { connectMs }: ProviderContext) {
  return { provider: server.name, stage, connectMs };
}

/**
 * The cheapest authenticated request there is: lists the models.
 *
 * @throws ProviderError
 */
export async function checkServer(
  http: VendorHttp,
  server: OpenAiServer,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await http.request(onBase(server.baseUrl, 'models'), {
      method: 'GET',
      headers: authorization(server),
      signal,
    });
    await response.body?.cancel();
  } catch (error) {
    // Whoever says so is there and has let us in, which is all that can be known of it.
    const hasNoList =
      error instanceof ProviderError && (error.status === 404 || error.status === 405);
    if (!(hasNoList && !server.hasModelList)) throw error;
  }
}

/** Opens a connection before it is needed. @returns gives up where it is still on its way */
export function warmUp(http: VendorHttp, server: OpenAiServer): () => void {
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(WARM_UP_MS)]);
  // What cannot be opened now will tell when it is used.
  checkServer(http, server, signal).catch(() => {});
  return () => abort.abort();
}

/** @returns ISO 639-1, e.g. `en` for `en-US`; undefined where the language has no such code */
export function isoLanguage(language: string): string | undefined {
  const subtag = language.split('-')[0]!.toLowerCase();
  return /^[a-z]{2}$/.test(subtag) ? subtag : undefined;
}
