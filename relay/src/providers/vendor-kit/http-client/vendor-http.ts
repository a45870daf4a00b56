import type { Stage } from '@parley/shared';
import { Agent, fetch, type Response } from 'undici';
import { isOutOfDescriptors } from '../../../base/lib/descriptors.ts';
import { traceHeaders } from '../../../base/lib/error-boundary.ts';
import {
  faultOfStatus,
  ProviderError,
  retryAfterMs,
  type ProviderFault,
} from '../../../call/stages/provider-error.ts';
import { informing, lightFetch } from './light-fetch.ts';
import { noteOfNetwork, noteOfRefusal } from './failure-note.ts';
import { causeOfRefusal, PERSONAL_CAUSES } from './refusal.ts';

/** Connections stay open between turns: a new one costs two round trips and a handshake. */
const KEEP_ALIVE_MS = 60_000;
const KEEP_ALIVE_PROBE_MS = 15_000;
/**
 * A stream that says nothing for this long is dead. Stages and the watchdog have deadlines of their
 * own, which come first: they know what else can be tried.
 */
const SILENCE_MS = 660_000;
/** Read of a refusal, bytes: it begins with its cause. */
const MAX_REFUSAL_BYTES = 4_096;

export interface VendorHttpOptions {
  readonly provider: string;
  readonly stage: Stage;
  readonly connectMs: number;
}

export interface VendorRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | FormData;
  readonly signal: AbortSignal;
  /** Called when all of it has been written: from then on the vendor may have it. */
  readonly onSent?: () => void;
}

/** HTTP to one vendor over connections that are kept, with its failures in our words. */
export class VendorHttp implements AsyncDisposable {
  readonly #options: VendorHttpOptions;
  readonly #agent: Agent;
  /** For libraries that bring their own requests: posts text over our connections. */
  readonly fetch: typeof globalThis.fetch;

  constructor(options: VendorHttpOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: {
        timeout: options.connectMs,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      },
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
    });
    this.fetch = lightFetch(this.#agent);
  }

  /**
   * @returns a response whose status is a success; its body is the caller's to read or cancel
   * @throws ProviderError; the signal's reason when aborted
   */
  async request(url: string, { onSent, ...request }: VendorRequest): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, {
        ...request,
        headers: { ...traceHeaders(), ...request.headers },
        dispatcher: onSent === undefined ? this.#agent : informing(this.#agent, onSent),
        // Followed, it would take a person's speech, and what lets us in, to a host that was not set.
        redirect: 'manual',
      } as Parameters<typeof fetch>[1]);
    } catch (error) {
      request.signal.throwIfAborted();
      throw this.failure(error);
    }
    if (response.ok) return response;
    const words = await beginningOf(response);
    const cause = causeOfRefusal(words);
    const fault = faultOfStatus(response.status);
    // Some refuse what was said as they refuse a key.
    const mayBePersonal = fault === 'rejected' || response.status === 403;
    const isPersonal = mayBePersonal && PERSONAL_CAUSES.has(cause);
    throw new ProviderError({
      ...this.#options,
      fault: isPersonal ? 'rejected' : fault,
      status: response.status,
      note: noteOfRefusal(response.status, words),
      isRequestsOwn: isPersonal || (cause === 'configuration' ? false : undefined),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    });
  }

  /** An error of `fetch` or of reading a body, in our words. */
  failure(error: unknown): ProviderError {
    return error instanceof ProviderError
      ? error
      : new ProviderError({
          ...this.#options,
          fault: faultOfError(error),
          note: noteOfNetwork(error),
        });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Never throws: a refusal is one also without its words. */
async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    // Leaving the loop early cancels the rest.
    for await (const bytes of body ?? []) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      if (text.length >= MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // The part that came until then may suffice.
  }
  return text;
}

/** undici gives a code on the error or its cause. */
function faultOfError(error: unknown): ProviderFault {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code ?? '';
    if (code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT') return 'timeout';
    if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return 'closed';
  }
  return isOutOfDescriptors() ? 'out-of-descriptors' : 'unreachable';
}
