import type { Environment } from './read-settings.ts';

/** Other programs' variables differ by more than this share of a name's letters. */
const NEAR_SHARE = 0.2;
const MAX_DISTANCE = 4;
/** In shorter names one letter makes another word. */
const MIN_LENGTH = 4;
/** Variables of ours alone: the one that is meant may be far away. */
const OWN = /^COMPATIBLE_/;

/** What other voice relays call it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  MAX_WORKERS: 'EMBEDDED_WORKERS',
  MAX_WEBSOCKET_CONNECTIONS: 'MAX_SESSIONS',
  ENABLE_PROMETHEUS: 'ENABLE_METRICS',
  ENVIRONMENT: 'SENTRY_ENVIRONMENT',
};

/**
 * Variables that are not settings but look like one that is meant: `COMPATIBLE_CHAT_URL`,
 * `openai_api_key`, `OPENAI_KEY`.
 *
 * @param names - of all settings
 * @returns a sentence for each
 */
export function nearMisses(environment: Environment, names: readonly string[]): readonly string[] {
  const known = new Set(names);
  return Object.entries(environment).flatMap(([name, value]) => {
    if (known.has(name) || value === undefined || value === '') return [];
    const meant = ELSEWHERE[name.toUpperCase()] ?? nearest(name, names);
    // Beside the one that is meant, another program may well have its own.
    if (meant === undefined || (!OWN.test(name) && isSet(environment, meant))) return [];
    return [`${name} is not a setting of Parley and has no effect. Do you mean ${meant}?`];
  });
}

/** Of names whose lengths alone are too far apart, only that: it takes no time at the start. */
function distanceTo(written: string, candidate: string): number {
  const least = Math.abs(written.length - candidate.length);
  return least > MAX_DISTANCE && !OWN.test(written) ? least : editDistance(written, candidate);
}

function nearest(name: string, names: readonly string[]): string | undefined {
  const written = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const ranked = names
    .map((candidate) => ({ candidate, distance: distanceTo(written, candidate) }))
    .toSorted((one, other) => one.distance - other.distance);
  const [first] = ranked;
  if (first === undefined || written.length < MIN_LENGTH) return undefined;
  const allowed = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(written.length * NEAR_SHARE)));
  if (first.distance <= 1) return first.candidate;
  const sameWords = ranked.find(({ candidate }) => hasSameWords(written, candidate));
  if (sameWords !== undefined) return sameWords.candidate;
  return first.distance <= allowed || OWN.test(written) ? first.candidate : undefined;
}

/** Whether one of them only leaves out words of the other, from the same first word to the last. */
function hasSameWords(written: string, candidate: string): boolean {
  const [one, other] = [written.split('_'), candidate.split('_')];
  const [few, many] = one.length < other.length ? [one, other] : [other, one];
  return (
    few.length > 1 &&
    few[0] === many[0] &&
    few.at(-1) === many.at(-1) &&
    few.every((word) => many.includes(word))
  );
}

function isSet(environment: Environment, name: string): boolean {
  return environment[name] !== undefined && environment[name] !== '';
}

/** Letters to be put in, left out, replaced or swapped (Damerau and Levenshtein). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let cost = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1]
      )
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
