/** Some six hundred zones exist; the callers of one relay live in far fewer. */
const MAX_ZONES = 200;

/** To make one takes as long as to pass on a dozen chunks of speech. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'short', timeZone });
    if (formats.size >= MAX_ZONES) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether `name` is a time zone this runtime knows, e.g. `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The zone itself, or UTC if this runtime does not know it. */
export function knownTimeZone(name: string): string {
  return isTimeZone(name) ? name : 'UTC';
}

/**
 * What the system says of this program's time zone, IANA; undefined if that is none: Chromium and
 * Node say `Etc/Unknown` if the system's setting does not exist.
 */
export function ownTimeZone(): string | undefined {
  return usableTimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** @returns undefined if it is not a time zone */
export function usableTimeZone(name: unknown): string | undefined {
  return typeof name === 'string' && isTimeZone(name) ? name : undefined;
}

/**
 * @returns e.g. `Saturday, November 21, 2026 at 9:30 AM`
 * @throws RangeError if the zone is not known
 */
export function localTime(instant: Date, timeZone: string): string {
  return formatOf(timeZone).format(instant);
}

/** @returns the parts of `localTime`; the hour is from 0 to 23 */
export function localParts(instant: Date, timeZone: string) {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const { weekday = '', month = '', day, year, hour, minute, dayPeriod } = parts;
  return {
    weekday,
    month,
    day: Number(day),
    year: Number(year),
    hour: (Number(hour) % 12) + (dayPeriod === 'PM' ? 12 : 0),
    minute: Number(minute),
  };
}

/** @param instantMs - since 1970. @returns the day in the zone, ISO 8601 */
export function dayOf(instantMs: number, timeZone: string): string {
  // Sweden writes dates as ISO 8601 does.
  return new Date(instantMs).toLocaleDateString('sv-SE', { timeZone });
}
