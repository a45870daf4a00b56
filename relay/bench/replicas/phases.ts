import { percentile, round } from '../statistics.ts';

/** A turn as its person saw it. */
export interface SeenTurn {
  /** What went on when it was over. */
  readonly phase: string;
  readonly isAnswered: boolean;
  /** Answers that came to their end. */
  readonly answers: number;
  /**
   * If the call had to go on over another connection meanwhile: from the moment when its client was
   * back and all was said to the voice of the answer, ms.
   */
  readonly waitMs?: number | undefined;
}

/** What became of the turns of each phase, in the order of the phases. */
export function phasesOf(turns: readonly SeenTurn[]) {
  return [...Map.groupBy(turns, ({ phase }) => phase)].map(([phase, of]) => {
    const waitsMs = of.flatMap(({ waitMs }) => waitMs ?? []);
    return {
      phase,
      turns: of.length,
      lost: of.filter(({ isAnswered }) => !isAnswered).length,
      answered_twice: of.filter(({ answers }) => answers > 1).length,
      moved: waitsMs.length,
      wait_ms: {
        p50: waitsMs.length === 0 ? 0 : round(percentile(waitsMs, 0.5), 0),
        max: round(Math.max(0, ...waitsMs), 0),
      },
    };
  });
}
