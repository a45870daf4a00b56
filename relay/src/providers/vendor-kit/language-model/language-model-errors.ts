import { AISDKError, APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { z } from 'zod';
import {
  faultOfStatus,
  ProviderError,
  retryAfterMs,
  type ProviderErrorOptions,
  type ProviderFault,
} from '../../../call/stages/provider-error.ts';
import { noteOfNetwork, noteOfRefusal } from '../http-client/failure-note.ts';
import { causeOfRefusal } from '../http-client/refusal.ts';
import type { VendorHttp } from '../http-client/vendor-http.ts';

/** A vendor's failure in the middle of a stream; any of its fields may be missing. */
const streamError = z.object({
  statusCode: z.number().optional(),
  status: z.union([z.string(), z.number()]).nullish(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
});

/** Read of a refusal: it begins with its cause. */
const MAX_REFUSAL_CHARACTERS = 4_096;

/** The sender and its rate: the content is not judged, and a page may be the whole answer. */
const NOT_ABOUT_REQUEST: ReadonlySet<number> = new Set([401, 403, 429]);

type Origin = Pick<ProviderErrorOptions, 'provider' | 'stage'>;

/** Words for a request that is itself at fault. */
const OWN_WORDS = /invalid_request|too_large|context|failed_generation|content|blocked|safety/i;
/** Words vendors use in place of a status. */
const WORDS: readonly (readonly [RegExp, ProviderFault])[] = [
  [/rate_?limit|resource_exhausted|quota/i, 'rate-limited'],
  [/authentication|permission|unauthenticated|api_key/i, 'unauthorized'],
  [/invalid|not_found|too_large|failed_generation|content/i, 'rejected'],
  [/deadline|timeout/i, 'timeout'],
];

/**
 * An error of the AI SDK or a vendor, in our words. Only status, `Retry-After`, and the vendor's
 * own code are taken over: the rest of those errors holds requests, and with them keys and speech.
 */
export function toProviderError(error: unknown, name: string, http: VendorHttp): ProviderError {
  const own = ownCause(error);
  if (own !== undefined) return own;
  const make = (options: Omit<ProviderErrorOptions, keyof Origin>) =>
    new ProviderError({ ...options, provider: name, stage: 'generator' });
  if (APICallError.isInstance(error)) {
    const { statusCode: status } = error;
    if (status === undefined) return http.failure(error.cause ?? error);
    if (status >= 300) {
      const words = (error.responseBody ?? '').slice(0, MAX_REFUSAL_CHARACTERS);
      return make({
        note: noteOfRefusal(status, words),
        ...faultOfRefusal(status, words),
        status,
        retryAfterMs: retryAfterMs(error.responseHeaders?.['retry-after']),
      });
    }
    return hasNetworkCause(error) ? http.failure(error) : make({ fault: 'malformed', status });
  }
  if (AISDKError.isInstance(error)) return make({ fault: 'malformed', note: noteOfLibrary(error) });
  if (error instanceof Error) {
    return hasNetworkCause(error) ? http.failure(error) : make({ fault: 'malformed' });
  }
  const parsed = streamError.safeParse(error);
  if (!parsed.success) return make({ fault: 'malformed' });
  const status = statusOf(parsed.data);
  const told = refusalIn(error) ?? '';
  const isOwn = /context|tools/.test(causeOfRefusal(told));
  const words = [parsed.data.code, parsed.data.type, parsed.data.status].filter(isWord);
  const fault = status === undefined ? faultOfWords(words) : faultOfStatus(status);
  return make({
    fault: isOwn ? 'rejected' : fault,
    status,
    note: noteOfRefusal(status ?? 400, told) ?? words[0],
    ...((isOwn || words.some((word) => OWN_WORDS.test(word))) && { isRequestsOwn: true }),
  });
}

/**
 * A refusal in the server's own words. They may quote what was sent, and so are for reading only: not
 * for a log, not for a client.
 *
 * @returns undefined if it is another failure
 */
export function refusalIn(error: unknown): string | undefined {
  const words = wordsIn(error);
  return words === undefined || words === '' ? undefined : words.slice(0, MAX_REFUSAL_CHARACTERS);
}

function wordsIn(error: unknown): string | undefined {
  if (APICallError.isInstance(error)) {
    const { statusCode = 0, responseBody } = error;
    return statusCode >= 400 && !NOT_ABOUT_REQUEST.has(statusCode) ? responseBody : undefined;
  }
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null || error instanceof Error) return undefined;
  // As it is: quotation marks in it would be written otherwise in JSON.
  const { message } = error as { readonly message?: unknown };
  return typeof message === 'string'
    ? `${message} ${JSON.stringify(error)}`
    : JSON.stringify(error);
}

/** Of our own reading of a body, which the library wraps into its own errors. */
function ownCause(error: unknown): ProviderError | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ProviderError) return at;
  }
  return undefined;
}

/** What the library has found wrong, not the class of its error. */
function noteOfLibrary(error: AISDKError): string {
  const isCall = InvalidResponseDataError.isInstance(error);
  return isCall ? 'unreadable call of a tool' : 'no chat answer';
}

/** Some servers give a wrong key 400, and a request that they do not take 500. */
function faultOfRefusal(status: number, body: string): Omit<ProviderErrorOptions, keyof Origin> {
  // Google's reason for a wrong key.
  if (body.includes('API_KEY_INVALID')) return { fault: 'unauthorized' };
  const fault = faultOfStatus(status);
  const cause = causeOfRefusal(body);
  // Some refuse what was said as they refuse a key.
  if (cause === 'content' && status === 403) return { fault: 'rejected', isRequestsOwn: true };
  // The others say enough; a refused key has nothing to do with tools.
  if (fault !== 'rejected' && status !== 500) return { fault };
  if (cause === 'context' || cause === 'tools') {
    return { fault: 'rejected', note: cause, isRequestsOwn: true };
  }
  return cause === 'configuration' && status !== 500 ? { fault, isRequestsOwn: false } : { fault };
}

function hasNetworkCause(error: Error): boolean {
  if (noteOfNetwork(error) !== undefined) return true;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^(UND_|E[A-Z])/.test(code)) return true;
  }
  return false;
}

function statusOf({ statusCode, code }: z.infer<typeof streamError>): number | undefined {
  const status = statusCode ?? (typeof code === 'number' ? code : undefined);
  return status !== undefined && status >= 400 && status < 600 ? status : undefined;
}

function faultOfWords(words: readonly string[]): ProviderFault {
  return WORDS.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1] ?? 'overloaded';
}

/** A code, not a sentence: nothing that could quote what was sent. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,40}$/.test(value);
}
