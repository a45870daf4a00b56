import { round } from '../statistics.ts';

/** What the engine itself may learn meanwhile: compiled code, shapes, statistics. */
const HEAP_GROWTH_BYTES = 4 * 1024 * 1024;
/** A check keeps its connection to each vendor: there are two for each of the three stages. */
const CHECK_SOCKETS = 6;
const SOCKET = 'TCPSocketWrap';

export interface SoakRun {
  /** Turns whose outcome the person learnt. */
  readonly settled: number;
  readonly tookMs: number;
  /** Bytes, after garbage collection, while the relay stands idle. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  /** What holds the process beyond what held it before, with the relay idle, and stopped. */
  readonly heldMeanwhile: readonly string[];
  readonly heldAfterwards: readonly string[];
}

/** What `bench soak --json` prints, and whether nothing was left behind. */
export function reportOf(turns: number, run: SoakRun) {
  const grownBytes = run.heapAfter - run.heapBefore;
  const sockets = run.heldMeanwhile.filter((kind) => kind === SOCKET);
  const held = [
    ...sockets.slice(CHECK_SOCKETS),
    ...run.heldMeanwhile.filter((kind) => kind !== SOCKET),
  ];
  return {
    bench: 'soak' as const,
    turns,
    settled: run.settled,
    took_s: round(run.tookMs / 1_000, 1),
    heap_growth_kb: Math.round(grownBytes / 1_024),
    held_idle: held,
    held_stopped: run.heldAfterwards,
    isClean:
      run.settled === turns &&
      grownBytes < HEAP_GROWTH_BYTES &&
      held.length === 0 &&
      run.heldAfterwards.length === 0,
  };
}
