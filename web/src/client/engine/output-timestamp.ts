import type { OutputInstant } from '../messages/output-instant.ts';

/** A sample that leaves the speaker now cannot be dated so far ahead. */
const AHEAD_MS = 100;

/**
 * Reads an output timestamp of the Web Audio API.
 *
 * @param now.ms - `performance.now()` when it was taken
 * @param now.originMs - `performance.timeOrigin`
 * @returns undefined before the first sample, and where the browser is wrong: WebKit 2.50 adds the
 *   context's own time to that of the page, so that each answer would seem to be heard too late
 */
export function outputInstantOf(
  { contextTime = 0, performanceTime = 0 }: AudioTimestamp,
  now: { readonly ms: number; readonly originMs: number },
): OutputInstant | undefined {
  if (contextTime <= 0 || performanceTime <= 0) return undefined;
  if (performanceTime > now.ms + AHEAD_MS) return undefined;
  return { contextTimeS: contextTime, atMs: now.originMs + performanceTime };
}
