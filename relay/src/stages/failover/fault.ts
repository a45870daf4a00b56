import { ParleyError, type ErrorCode } from '@parley/shared';

/** What a failure says about the provider it came from. */
export interface Fault {
  readonly code: ErrorCode;
  /** The adapter's word for it, e.g. `unreachable`; `unexpected` where it is no error of ours. */
  readonly kind: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  /**
   * Whether it is held against the provider. A full house, or a request that could not be served
   * anywhere, is not.
   */
  readonly counts: boolean;
}

/** Read by their shape: the adapters' errors live above this floor. */
interface AdapterFields {
  readonly fault?: unknown;
  readonly isRetryable?: unknown;
  readonly retryAfterMs?: unknown;
}

/** @param stage - whose codes, `<stage>_failed` and `<stage>_timeout`, speak of the provider */
export function faultOf(error: unknown, stage: string): Fault {
  const fields: AdapterFields = error instanceof Error ? (error as Error & AdapterFields) : {};
  const code = error instanceof ParleyError ? error.code : (`${stage}_failed` as ErrorCode);
  const isTimeout = code === `${stage}_timeout`;
  const { fault, isRetryable, retryAfterMs } = fields;
  const plain = isTimeout ? 'timeout' : error instanceof ParleyError ? 'failed' : 'unexpected';
  return {
    code,
    kind: typeof fault === 'string' ? fault : plain,
    isRetryable: typeof isRetryable === 'boolean' ? isRetryable : true,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    counts: isTimeout || code === `${stage}_failed`,
  };
}
