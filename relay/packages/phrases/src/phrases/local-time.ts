import { localParts } from '@parley/shared/time-zone';
import { DAY_MS, dayNumber, MONTH_NAMES } from './calendar-date.ts';

export const MINUTE_MS = 60_000;

/** What clocks in the zone show, as the instant at which a clock in UTC shows it: whole minutes. */
export function localMs(instant: Date, timeZone: string): number {
  const { year, month, day, hour, minute } = localParts(instant, timeZone);
  const days = dayNumber({ year, month: MONTH_NAMES.indexOf(month) + 1, day });
  return days * DAY_MS + (hour * 60 + minute) * MINUTE_MS;
}

/**
 * The instants at which clocks in the zone show a local time, in their order: two if they are set
 * back over it. If they skip it, it is the time as the clock would show it that had not been set
 * forward: as much later as they skip (RFC 5545, section 3.3.5).
 *
 * @param local - as of `localMs`
 */
export function instantsAt(local: number, timeZone: string): readonly [Date, ...Date[]] {
  const offsetAt = (instantMs: number) => localMs(new Date(instantMs), timeZone) - instantMs;
  // No zone is set twice within two days.
  const before = new Date(local - offsetAt(local - DAY_MS));
  const after = new Date(local - offsetAt(local + DAY_MS));
  const isShown = (instant: Date) => localMs(instant, timeZone) === local;
  if (!isShown(after)) return [before];
  if (!isShown(before) || before.getTime() === after.getTime()) return [after];
  return [before, after];
}
