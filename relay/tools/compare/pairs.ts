import { sleep, type Clock } from '../../src/base/lib/clock.ts';
import { MAX_OTHER_SHARE, otherShare, type WorkReading } from '../others-load.ts';

/** What both commits' bench printed, or as much of it as is judged. */
export interface ReportPair {
  readonly head: unknown;
  readonly base: unknown;
}

/** Measures both commits once, shortly after each other. */
export interface PairSource extends AsyncDisposable {
  /** @param headFirst - the other commit goes first if not */
  measure(headFirst: boolean): Promise<ReportPair>;
}

export interface PairOptions {
  readonly source: PairSource;
  readonly rounds: number;
  readonly readWork: () => WorkReading | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Takes a pair that counts. */
  readonly onPair?: (pair: ReportPair, number: number) => void;
  /** Takes a line for people. */
  readonly tell: (line: string) => void;
}

export interface MeasuredPairs {
  readonly pairs: readonly ReportPair[];
  readonly voided: number;
  /** Of the machine, during the pairs that count; undefined if the system does not report it. */
  readonly otherShare: number | undefined;
}

/** The machine was never quiet for long enough. */
export class BusyMachine extends Error {
  constructor(share: number) {
    super(
      `Not judged: this machine was ${percent(share)} % busy with other work, ` +
        `more than ${percent(MAX_OTHER_SHARE)} %. Stop other programs, then run it again.`,
    );
    this.name = 'BusyMachine';
  }
}

/** Before the first pair the machine is watched for so long, and again while it is busy. */
const WATCH_MS = 2_000;
const MAX_WATCHES = 15;
/** Pairs that may be void: so many, and this share of those that are wanted. */
const MAX_VOID = { least: 3, share: 0.5 };

/**
 * Measures pairs in balanced order (ABBA …) while the machine is quiet; a pair during which it was
 * not is measured again.
 *
 * @throws BusyMachine if it is not quiet, or not for long enough
 */
export async function measurePairs(options: PairOptions): Promise<MeasuredPairs> {
  const { source, rounds, readWork, signal, tell } = options;
  await untilQuiet(options);
  const pairs: ReportPair[] = [];
  const shares: number[] = [];
  const busy: number[] = [];
  while (pairs.length < rounds) {
    const before = readWork();
    // Void pairs count: what follows goes on in the balanced order.
    const pair = await source.measure((pairs.length + busy.length) % 2 === 0);
    signal.throwIfAborted();
    const after = readWork();
    const share = before && after && otherShare(before, after);
    if (share !== undefined && share > MAX_OTHER_SHARE) {
      busy.push(share);
      tell(`  void: other programs used ${percent(share)} % of the machine`);
      if (busy.length > Math.max(MAX_VOID.least, rounds * MAX_VOID.share)) {
        throw new BusyMachine(mean(busy));
      }
      continue;
    }
    pairs.push(pair);
    options.onPair?.(pair, pairs.length);
    if (share !== undefined) shares.push(share);
  }
  return {
    pairs,
    voided: busy.length,
    otherShare: shares.length === 0 ? undefined : mean(shares),
  };
}

/** Resolves when the machine does nothing else for a moment. */
async function untilQuiet({ readWork, clock, signal, tell }: PairOptions): Promise<void> {
  for (let watch = 1; ; watch++) {
    const before = readWork();
    if (before === undefined) return;
    await sleep(clock, WATCH_MS, signal);
    signal.throwIfAborted();
    const after = readWork();
    const share = after === undefined ? 0 : otherShare(before, after);
    if (share <= MAX_OTHER_SHARE) return;
    if (watch === MAX_WATCHES) throw new BusyMachine(share);
    if (watch === 1) {
      tell(`Other programs use ${percent(share)} % of this machine; waiting until it is quiet …`);
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): number {
  return Math.round(share * 100);
}
