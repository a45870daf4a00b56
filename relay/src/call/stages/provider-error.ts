import { ParleyError, type ErrorCode, type Stage } from '@parley/shared';

/**
 * What went wrong between us and a provider, and whether the same request may well succeed a moment
 * later.
 *
 * - `unreachable`: no connection (refused, reset, no such host)
 * - `timeout`: connected, but nothing came in time
 * - `closed`: the connection ended before the work was done
 * - `unauthorized`: 401, 403, or the vendor's own way to say it
 * - `rate-limited`: 429
 * - `overloaded`: 5xx
 * - `rejected`: any other refusal: what we asked for is not accepted
 * - `malformed`: what came is not what the vendor documents
 * - `out-of-descriptors`: this process has no file descriptor left to ask it with
 */
const RETRYABLE = {
  unreachable: true,
  timeout: true,
  closed: true,
  unauthorized: false,
  'rate-limited': true,
  overloaded: true,
  rejected: false,
  malformed: true,
  'out-of-descriptors': true,
};
export type ProviderFault = keyof typeof RETRYABLE;

export interface ProviderErrorOptions {
  readonly provider: string;
  readonly stage: Stage;
  readonly fault: ProviderFault;
  /** HTTP status or WebSocket close code. */
  readonly status?: number | undefined;
  /** How long the vendor asks us to wait. */
  readonly retryAfterMs?: number | undefined;
  /**
   * A few words for the log: the vendor's error code, a field's name. Never a message of the
   * vendor's in full, which may quote what we sent; never a key, never speech.
   */
  readonly note?: string | undefined;
  /**
   * Whether it may be due to what this one request holds, so that others may well succeed. Without
   * it: a refusal with status 400, 413, 415 or 422, and an answer that is not as documented.
   */
  readonly isRequestsOwn?: boolean | undefined;
  /** false: it was asked again already. Without it: as the fault is. */
  readonly isRetryable?: boolean;
}

/** Faults that come in the place of any work. */
const REFUSALS: ReadonlySet<ProviderFault> = new Set([
  'unreachable',
  'unauthorized',
  'rate-limited',
  'rejected',
  'out-of-descriptors',
]);

/** Faults that no content of a request can cause. */
const NEVER_OWN: ReadonlySet<ProviderFault> = new Set([
  'unreachable',
  'unauthorized',
  'rate-limited',
  'out-of-descriptors',
]);

/** Statuses that are about the content, not about the sender or the address. */
const REQUEST_STATUSES: ReadonlySet<number | undefined> = new Set([400, 413, 415, 422]);

/**
 * A failure of a provider, free of secrets by construction: it has no `cause`, because the
 * libraries' own errors carry request headers and bodies.
 */
export class ProviderError extends ParleyError {
  readonly provider: string;
  readonly stage: Stage;
  readonly fault: ProviderFault;
  readonly status: number | undefined;
  override readonly retryAfterMs: number | undefined;
  readonly note: string | undefined;
  /** Whether the same request to the same provider may well succeed a moment later. */
  readonly isRetryable: boolean;
  /**
   * Whether the request may be at fault, not the provider: too long, with bytes or a field that are
   * not accepted, against the vendor's rules, nothing that can be answered. This says nothing about
   * other people's requests.
   */
  readonly isRequestsOwn: boolean;

  /** Whether nothing was done for the request, so that there is nothing to pay for. */
  get isRefusal(): boolean {
    return this.status !== undefined ? this.status >= 400 : REFUSALS.has(this.fault);
  }

  constructor(options: ProviderErrorOptions) {
    super(`${options.stage}_${options.fault === 'timeout' ? 'timeout' : 'failed'}`);
    this.name = 'ProviderError';
    this.provider = options.provider;
    this.stage = options.stage;
    this.fault = options.fault;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.note = options.note;
    this.isRetryable = options.isRetryable ?? RETRYABLE[options.fault];
    const { fault, status } = options;
    const isByDefault =
      fault === 'malformed' || (fault === 'rejected' && REQUEST_STATUSES.has(status));
    this.isRequestsOwn = !NEVER_OWN.has(fault) && (options.isRequestsOwn ?? isByDefault);
  }

  /** The same, of a provider that is not to be asked again for this. */
  asLast(): ProviderError {
    return new ProviderError({ ...this, isRetryable: false });
  }
}

/** What a failure says about the provider it came from. */
export interface Fault {
  readonly code: ErrorCode;
  /** The adapter's word for it, e.g. `unreachable`; `unexpected` if it is not an error of ours. */
  readonly kind: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** false: no room, no descriptors, or a request that is itself at fault. */
  readonly countsAgainstProvider: boolean;
  /** HTTP status or WebSocket close code, and the cause in a word or two, if they are known. */
  readonly status?: number | undefined;
  readonly note?: string | undefined;
  /** The request may be the cause; if those of many callers fail in this way, the provider is. */
  readonly isRequestsOwn: boolean;
}

/** @param stage - whose codes, `<stage>_failed` and `<stage>_timeout`, speak of the provider */
export function faultOf(error: unknown, stage: Stage): Fault {
  const code = error instanceof ParleyError ? error.code : (`${stage}_failed` as const);
  const isTimeout = code === `${stage}_timeout`;
  const countsAgainstProvider = isTimeout || code === `${stage}_failed`;
  if (error instanceof ProviderError) {
    const { isRequestsOwn, fault } = error;
    const isOurs = isRequestsOwn || fault === 'out-of-descriptors';
    return {
      code,
      countsAgainstProvider: countsAgainstProvider && !isOurs,
      isRequestsOwn,
      kind: fault,
      status: error.status,
      note: error.note,
      isRetryable: error.isRetryable,
      retryAfterMs: error.retryAfterMs,
    };
  }
  // A mistake of an adapter, an answer that is none, the end of a thread: to all of these, and to what
  // else has a cause, the request may have led.
  const isUnforeseen = !(error instanceof ParleyError) || error.cause !== undefined;
  const kind = isTimeout ? 'timeout' : error instanceof ParleyError ? 'failed' : 'unexpected';
  return {
    code,
    countsAgainstProvider,
    isRequestsOwn: countsAgainstProvider && isUnforeseen,
    kind,
    isRetryable: true,
    retryAfterMs: undefined,
  };
}

/** @param status - of an HTTP response that is not a success */
export function faultOfStatus(status: number): ProviderFault {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'overloaded' : 'rejected';
}

/**
 * @param header - `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3)
 * @returns ms, or undefined if there is none that makes sense
 */
export function retryAfterMs(
  header: string | null | undefined,
  nowMs = Date.now(),
): number | undefined {
  if (header === null || header === undefined || header === '') return undefined;
  const waitMs = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined;
}
