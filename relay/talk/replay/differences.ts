import type { Outline } from './outline.ts';

/** What two runs of a call do not have in common; null: not there. */
export interface Difference {
  readonly what: 'turn order' | 'transcript' | 'interruption' | 'ending' | 'errors' | 'timing';
  /** The utterance or response, if it is about one. */
  readonly of: string | null;
  readonly recorded: string | null;
  readonly replayed: string | null;
}

/** @param toleranceMs - by how much delays may differ */
export function differencesOf(
  recorded: Outline,
  replayed: Outline,
  toleranceMs: number,
): readonly Difference[] {
  return [
    ...textDifference('turn order', recorded.order, replayed.order),
    ...mapDifferences('transcript', recorded.transcripts, replayed.transcripts),
    ...mapDifferences('interruption', recorded.interruptions, replayed.interruptions),
    ...endingDifferences(recorded, replayed),
    ...textDifference('errors', recorded.errors, replayed.errors),
    ...timingDifferences(recorded, replayed, toleranceMs),
  ];
}

function textDifference(
  what: 'turn order' | 'errors',
  recorded: readonly string[],
  replayed: readonly string[],
): readonly Difference[] {
  const [before, now] = [recorded.join(', '), replayed.join(', ')];
  return before === now ? [] : [{ what, of: null, recorded: before, replayed: now }];
}

function mapDifferences(
  what: 'transcript' | 'interruption',
  recorded: ReadonlyMap<string, string>,
  replayed: ReadonlyMap<string, string>,
): readonly Difference[] {
  const keys = new Set([...recorded.keys(), ...replayed.keys()]);
  return [...keys].flatMap((of) => {
    const [before = null, now = null] = [recorded.get(of), replayed.get(of)];
    return before === now ? [] : [{ what, of, recorded: before, replayed: now }];
  });
}

/** A response that was still running when the recording ended may end in any way. */
function endingDifferences(recorded: Outline, replayed: Outline): readonly Difference[] {
  return [...recorded.endings].flatMap(([of, before]): Difference[] => {
    const now = replayed.endings.get(of) ?? null;
    return before === now ? [] : [{ what: 'ending', of, recorded: before, replayed: now }];
  });
}

function timingDifferences(
  recorded: Outline,
  replayed: Outline,
  toleranceMs: number,
): readonly Difference[] {
  return [...recorded.delaysMs].flatMap(([of, before]): Difference[] => {
    const now = replayed.delaysMs.get(of);
    if (now === undefined || Math.abs(now - before) <= toleranceMs) return [];
    return [{ what: 'timing', of, recorded: msText(before), replayed: msText(now) }];
  });
}

const msText = (ms: number): string => `${Math.round(ms)} ms`;
