import { ParleyError, type ErrorCode } from '@parley/shared';
import type { AddressRate } from './address-rates.ts';

/** What refuses a request before there is a session; during a call it is `Limit` of the call events. */
export type RequestLimit =
  | AddressRate
  /** The event loop is late. */
  | 'lateness'
  | 'instance-sessions'
  | 'user-sessions'
  | 'user-sessions-per-hour'
  | 'user-tickets'
  /** Error reports of all pages together. */
  | 'reports';

/** A request is refused because a limit is reached. */
export class LimitReached extends ParleyError {
  readonly limit: RequestLimit;

  /** @param retryAfterMs - undefined or `Infinity` if time alone does not help */
  constructor(limit: RequestLimit, code: ErrorCode, retryAfterMs = Infinity) {
    super(code, Number.isFinite(retryAfterMs) ? { retryAfterMs } : {});
    this.name = 'LimitReached';
    this.limit = limit;
  }
}
