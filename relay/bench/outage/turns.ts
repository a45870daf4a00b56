/** Numbers of turns that each session may use: they identify the turns. */
export const TURNS_EACH = 200;

/** A turn that was answered to its end. */
export interface Answered {
  readonly turn: number;
  /** When its voice began, of `performance.now()`. */
  readonly voiceMs: number;
  /** From the end of the question. */
  readonly waitedMs: number;
}

/** What was talked against what is stored. @param stored - the numbers of all stored turns */
export function compare(answered: readonly Answered[], stored: readonly number[]) {
  const times = new Map<number, number>();
  for (const turn of stored) times.set(turn, (times.get(turn) ?? 0) + 1);
  let longestGapMs = 0;
  const lastMs = new Map<number, number>();
  for (const { turn, voiceMs } of answered) {
    const session = Math.floor(turn / TURNS_EACH);
    longestGapMs = Math.max(longestGapMs, voiceMs - (lastMs.get(session) ?? voiceMs));
    lastMs.set(session, voiceMs);
  }
  return {
    talked: answered.length,
    stored: stored.length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    missing: answered.filter(({ turn }) => !times.has(turn)).length,
    longest_gap_ms: Math.round(longestGapMs),
    longest_wait_ms: Math.round(Math.max(0, ...answered.map(({ waitedMs }) => waitedMs))),
  };
}
