const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** A time of day, as the browser's language writes it. */
export function timeText(at: string): string {
  return TIME.format(new Date(at));
}

/** A day in words: today and yesterday by name. */
export function dayText(at: string, nowMs = Date.now()): string {
  const day = new Date(at);
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day.toDateString() === new Date(nowMs).toDateString()) return 'Today';
  return day.toDateString() === yesterday.toDateString() ? 'Yesterday' : DAY.format(day);
}

/** Day and month. @param isoDay e.g. `2026-11-22`, which is no instant: it has no time zone */
export function shortDayText(isoDay: string): string {
  return SHORT_DAY.format(new Date(`${isoDay}T12:00:00`));
}

/** A local day, ISO 8601. */
export function isoDayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
