import type { Reading, SpokenSlot } from '../slot.ts';
import { vocabularySlot } from '../vocabulary.ts';

export interface Place {
  /** As a voice should say it. */
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** Zone → the places in it that the recogniser listens for. */
const SPOKEN_PLACES: readonly (readonly [timeZone: string, ...names: string[]])[] = [
  ['America/Anchorage', 'Anchorage'],
  ['America/Argentina/Buenos_Aires', 'Buenos Aires'],
  ['America/Bogota', 'Bogota'],
  ['America/Chicago', 'Chicago'],
  ['America/Denver', 'Denver'],
  ['America/Halifax', 'Halifax'],
  ['America/Lima', 'Lima'],
  ['America/Los_Angeles', 'Los Angeles', 'San Francisco', 'Seattle', 'California'],
  ['America/Mexico_City', 'Mexico City'],
  ['America/New_York', 'New York', 'Boston', 'Washington', 'Miami'],
  ['America/Phoenix', 'Phoenix'],
  ['America/Sao_Paulo', 'Sao Paulo'],
  ['America/Toronto', 'Toronto'],
  ['America/Vancouver', 'Vancouver'],
  ['Africa/Cairo', 'Cairo'],
  ['Africa/Johannesburg', 'Johannesburg'],
  ['Africa/Lagos', 'Lagos'],
  ['Africa/Nairobi', 'Nairobi'],
  ['Asia/Bangkok', 'Bangkok'],
  ['Asia/Dubai', 'Dubai'],
  ['Asia/Hong_Kong', 'Hong Kong'],
  ['Asia/Jakarta', 'Jakarta'],
  ['Asia/Jerusalem', 'Jerusalem'],
  ['Asia/Karachi', 'Karachi'],
  ['Asia/Kolkata', 'Mumbai', 'Delhi', 'India'],
  ['Asia/Manila', 'Manila'],
  ['Asia/Seoul', 'Seoul'],
  ['Asia/Shanghai', 'Shanghai', 'Beijing', 'China'],
  ['Asia/Singapore', 'Singapore'],
  ['Asia/Tokyo', 'Tokyo', 'Japan'],
  ['Atlantic/Reykjavik', 'Iceland'],
  ['Australia/Melbourne', 'Melbourne'],
  ['Australia/Sydney', 'Sydney'],
  ['Europe/Amsterdam', 'Amsterdam'],
  ['Europe/Athens', 'Athens'],
  ['Europe/Berlin', 'Berlin', 'Munich', 'Germany'],
  ['Europe/Dublin', 'Dublin'],
  ['Europe/Istanbul', 'Istanbul'],
  ['Europe/Lisbon', 'Lisbon'],
  ['Europe/London', 'London'],
  ['Europe/Madrid', 'Madrid'],
  ['Europe/Moscow', 'Moscow'],
  ['Europe/Oslo', 'Oslo'],
  ['Europe/Paris', 'Paris', 'France'],
  ['Europe/Rome', 'Rome', 'Italy'],
  ['Europe/Stockholm', 'Stockholm'],
  ['Europe/Vienna', 'Vienna'],
  ['Europe/Warsaw', 'Warsaw'],
  ['Europe/Zurich', 'Zurich', 'Switzerland'],
  ['Pacific/Auckland', 'Auckland', 'New Zealand'],
  ['Pacific/Honolulu', 'Honolulu', 'Hawaii'],
];

/** The places that can be spoken of, as they are written. */
export const SPOKEN_PLACE_NAMES = SPOKEN_PLACES.flatMap(([, ...names]) => names);

/** Every other city that has given a time zone its name can be typed. */
function typedPlaces(): { value: Place; spoken: string[]; typed: string[] }[] {
  return Intl.supportedValuesOf('timeZone')
    .filter((timeZone) => timeZone.includes('/') && !timeZone.startsWith('Etc/'))
    .map((timeZone) => {
      const name = timeZone.slice(timeZone.lastIndexOf('/') + 1).replaceAll('_', ' ');
      return { value: { name, timeZone }, spoken: [], typed: [name.toLowerCase()] };
    });
}

const typedAliases: readonly (readonly [timeZone: string, name: string, ...forms: string[]])[] = [
  ['UTC', 'coordinated universal time', 'utc', 'gmt', 'greenwich', 'zulu'],
  ['America/New_York', 'New York', 'nyc', 'new york city'],
  ['America/Los_Angeles', 'Los Angeles', 'la', 'lax'],
  ['Asia/Kolkata', 'Delhi', 'new delhi', 'bangalore'],
  ['Asia/Kathmandu', 'Kathmandu', 'kathmandu', 'nepal'],
  ['Asia/Ho_Chi_Minh', 'Ho Chi Minh City', 'ho chi minh city', 'vietnam'],
  ['Europe/London', 'London', 'uk', 'england'],
];

const cities = vocabularySlot<Place>('place', [
  ...SPOKEN_PLACES.flatMap(([timeZone, ...names]) =>
    names.map((name) => ({ value: { name, timeZone }, spoken: [name.toLowerCase()] })),
  ),
  ...typedAliases.map(([timeZone, name, ...typed]) => ({
    value: { name, timeZone },
    spoken: [],
    typed,
  })),
  ...typedPlaces(),
]);

export const placeSlot: SpokenSlot<Place> = {
  rule: cities.rule,
  *read(tokens, at): Iterable<Reading<Place>> {
    // "Zürich" and "São Paulo" are typed with their marks.
    yield* cities.read(tokens.map(withoutMarks), at);
  },
};

function withoutMarks(token: string): string {
  return token.normalize('NFD').replace(/\p{M}/gu, '');
}
