import { durationText } from '../../lib/figures.ts';

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A time of day with its seconds. @param at - ms since 1970, or ISO 8601 */
export function clockText(at: number | string): string {
  return CLOCK.format(new Date(at));
}

/**
 * How long ago, by the relay's own clock.
 *
 * @param at - ISO 8601
 * @param now - `timestamp` of the same answer
 */
export function agoText(at: string, now: string): string {
  const seconds = secondsBetween(at, now);
  return seconds < 1 ? 'now' : `${durationText(seconds)} ago`;
}

/** s, never negative: a clock that was set back makes nothing last less than no time. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
