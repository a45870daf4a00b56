import { LRUCache } from 'lru-cache';

/** There are some six hundred, and nobody's callers live in all of them. */
const MAX_ZONES = 200;

/** Making one takes as long as passing on a dozen chunks of speech. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: MAX_ZONES });

/** Whether `name` is a time zone this runtime knows, e.g. `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatFor(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * @returns e.g. `Saturday, November 21, 2026 at 9:30 AM`
 * @throws RangeError where the zone is not known
 */
export function localTime(instant: Date, timeZone: string): string {
  return formatFor(timeZone).format(instant);
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone,
  });
  formats.set(timeZone, made);
  return made;
}
