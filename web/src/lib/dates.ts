const inTime = formatterOf({ timeStyle: 'short' });
const inExactTime = formatterOf({ timeStyle: 'medium' });
const inDay = formatterOf({ dateStyle: 'long' });
const inShortDay = formatterOf({ day: 'numeric', month: 'short' });

/** A time of day, as the browser's language writes it. @param at - ms since 1970, or ISO 8601 */
export function timeText(at: number | string): string {
  return inTime(new Date(at));
}

/** A time of day with its seconds. @param at - ms since 1970, or ISO 8601 */
export function exactTimeText(at: number | string): string {
  return inExactTime(new Date(at));
}

/** A day in words: today and yesterday by name. */
export function dayText(at: string, nowMs = Date.now()): string {
  const day = new Date(at);
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day.toDateString() === new Date(nowMs).toDateString()) return 'Today';
  return day.toDateString() === yesterday.toDateString() ? 'Yesterday' : inDay(day);
}

/** Day and month. @param isoDay e.g. `2026-11-22`, which is not an instant: it has no time zone */
export function shortDayText(isoDay: string): string {
  return inShortDay(new Date(`${isoDay}T12:00:00`));
}

/** A local day, ISO 8601. */
export function isoDayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Made when it is first used: before the first formatter a process of the browser reads its tables,
 * 50 to 80 ms, and most visitors see no time of day.
 */
function formatterOf(options: Intl.DateTimeFormatOptions): (date: Date) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (date) => (format ??= new Intl.DateTimeFormat(undefined, options)).format(date);
}
