import type { Clock } from '../../../base/lib/clock.ts';
import type { Fault } from '../provider-error.ts';

/** Faults that a provider has told us of: they are its own, however late we were. */
const TOLD: ReadonlySet<string> = new Set([
  'unauthorized',
  'rate-limited',
  'overloaded',
  'rejected',
  'malformed',
]);
/** How long before a request a stall still explains its failure: sockets were not kept alive. */
const AFTERMATH_MS = 2_000;
/** Share of the time that must have been lost, so that a pause for garbage excuses no provider. */
const EXCUSING_SHARE = 0.1;

/**
 * Whether a request may have failed because this process was late: nothing came in time, or the
 * provider gave up a connection that it heard nothing on. Such a failure is no sign of the
 * provider's health; otherwise an overloaded relay would soon find all providers failed.
 *
 * @param sinceMs - when the request began
 */
export function isOwnLateness(clock: Clock, { kind }: Fault, sinceMs: number): boolean {
  if (TOLD.has(kind)) return false;
  const fromMs = sinceMs - AFTERMATH_MS;
  return clock.lostMs(fromMs) >= EXCUSING_SHARE * (clock.now() - fromMs);
}
