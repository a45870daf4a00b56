import type { Overview, RelayInstance } from '@parley/shared/monitoring-api';
import { durationText } from '../../lib/figures.ts';

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

/** A relay among others, by its address in their network. */
export function relayName({ url }: Pick<RelayInstance, 'url'>): string {
  return URL.parse(url)?.host ?? url;
}

/** `id url` of each of several relays, a line each: text compares as a whole. Empty if there is one. */
export function relayLines({ relays = [] }: Pick<Overview, 'relays'>): string {
  if (relays.length < 2) return '';
  return relays
    .map(({ id, url }) => `${id} ${url}`)
    .toSorted()
    .join('\n');
}

/** A latency, ms; a dash before the first was measured. */
export function msOrDash(ms: number | null): string {
  return ms === null ? '–' : Math.round(ms).toLocaleString('en');
}

/** A size of memory or disk in the unit that leaves the fewest digits. */
export function sizeText(megabytes: number): string {
  if (megabytes < 1) return `${Math.round(megabytes * 1_024)} KB`;
  if (megabytes < 1_024) return `${Math.round(megabytes)} MB`;
  return `${shortNumber(megabytes / 1_024)} GB`;
}

/** A share of a hundred; what is not zero never looks like it. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  return percent > 0 && percent < 0.1 ? '< 0.1 %' : `${shortNumber(percent)} %`;
}

/** One decimal below ten, if it is not zero. */
function shortNumber(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
}
