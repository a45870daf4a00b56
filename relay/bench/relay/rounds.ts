import { join } from 'node:path';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { ROOT } from '../../tools/project.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { Baseline } from './baseline.ts';
import type { FleetFigures } from './fleet.ts';
import type { LoadHandlers } from './load.process.ts';
import type { PipeHandlers } from './pipe-subject.process.ts';
import { startRelaySubject } from './relay-subject.ts';
import { WITH_PAUSES } from './schedule.ts';
import type { SubjectHandlers } from './subject.ts';
import { SIDES, type Side, type UpstreamFigures, type UpstreamHandlers } from './upstream.ts';

export interface RoundTimes {
  /** Of audio on each side before the first round. */
  readonly steadyMs: number;
  /** Before counting begins in each round. */
  readonly warmUpMs: number;
  readonly windowMs: number;
}

interface RoundsOptions {
  readonly sessions: number;
  readonly baseline: Baseline;
  readonly times: RoundTimes;
  readonly signal: AbortSignal;
}

/** Callers' and transcribers' figures; counts since the beginning. */
export type RoundDelivery = FleetFigures & UpstreamFigures;

export interface RoundFigures {
  readonly cpuUsPerChunk: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly rssBytes: number;
  readonly rssKbPerSession: number;
  readonly chunks: number;
  readonly delivery: RoundDelivery;
}

export type Round = Readonly<Record<Side, RoundFigures>>;

/** Both sides, connected and under way. */
export interface Rounds extends AsyncDisposable {
  /** Whether both sides mask with compiled code. */
  readonly isNative: boolean;
  /**
   * Measures both sides in turn; the one that goes first in one round goes second in the next.
   *
   * @param profileDir - where a CPU profile of each side is written; undefined for none
   */
  readonly measureTurns: (profileDir?: string) => Promise<Round>;
  /**
   * Measures both sides at the same time, in two windows; the side that each chunk is sent to first
   * in one is second in the other. Delays are longer than in turn, but what the machine does is the
   * same for both: ratios vary by 2 % from round to round, in turn by 7 %.
   */
  readonly measureTogether: () => Promise<Round>;
}

const PIPE = new URL('pipe-subject.process.ts', import.meta.url);
const LOAD = new URL('load.process.ts', import.meta.url);
const NOVA = new URL('nova.process.ts', import.meta.url);
const CONNECT_DEADLINE_MS = 120_000;
const SETTLE = { deadlineMs: 5_000, checkMs: 10 };

interface Subject {
  readonly process: BenchProcess<SubjectHandlers>;
  readonly url: string;
  readonly isPipe: boolean;
}

interface Processes {
  readonly load: BenchProcess<LoadHandlers>;
  readonly vendor: BenchProcess<UpstreamHandlers>;
  readonly subjects: Readonly<Record<Side, BenchProcess<SubjectHandlers>>>;
}

/**
 * Starts both sides under the same load, to be measured so shortly after each other, or together,
 * that other work of the machine affects both. The callers, the vendor and each side are processes
 * of their own; a side that is not measured keeps its connections and is idle.
 */
export async function openRounds(options: RoundsOptions): Promise<Rounds> {
  const { sessions, baseline, signal, times } = options;
  await using resources = new AsyncDisposableStack();
  const load = resources.use(new BenchProcess<LoadHandlers>(LOAD, signal));
  const vendor = resources.use(new BenchProcess<UpstreamHandlers>(NOVA, signal));
  const subjectOf = async (side: Side): Promise<Subject> => {
    const isPipe = side === 'baseline' && baseline === 'pipe';
    const upstream = await vendor.ask('listen', { side, isPipe });
    if (isPipe) {
      const pipe = resources.use(new BenchProcess<PipeHandlers>(PIPE, signal));
      return { process: pipe, url: await pipe.ask('open', upstream), isPipe };
    }
    const { folder, settings } =
      side === 'baseline' && baseline !== 'pipe' ? baseline : { folder: ROOT, settings: {} };
    const relay = await startRelaySubject({ folder, settings, upstream, sessions, signal });
    return { ...resources.use(relay), isPipe };
  };
  const [relay, other] = await Promise.all(SIDES.map(subjectOf));
  const opened = { relay: relay!, baseline: other! };
  const subjects = { relay: opened.relay.process, baseline: opened.baseline.process };
  const processes: Processes = { load, vendor, subjects };

  const idleRss = { relay: 0, baseline: 0 };
  let isNative = true;
  for (const side of SIDES) {
    const { url, isPipe } = opened[side];
    isNative &&= await subjects[side].ask('isNative', null);
    idleRss[side] = (await subjects[side].ask('usage', null)).rssBytes;
    const request = { side, url, isPipe, sessions, schedule: WITH_PAUSES };
    await load.ask('connect', request, CONNECT_DEADLINE_MS);
  }
  for (const side of SIDES) {
    const begun = await load.ask('begin', side);
    await until(async () => (await vendor.ask('connections', side)) >= begun, signal);
  }
  await Promise.all(SIDES.map((side) => load.ask('flow', side)));
  await passed(times.steadyMs, signal);
  await Promise.all(SIDES.map((side) => pause(side, processes, signal)));

  let round = 0;
  const withSessions = (side: Side, measured: Measured): RoundFigures => ({
    ...measured,
    rssKbPerSession: (measured.rssBytes - idleRss[side]) / 1_024 / sessions,
  });
  const measureTurns = async (profileDir?: string): Promise<Round> => {
    const figures: Partial<Record<Side, RoundFigures>> = {};
    for (const side of round++ % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const measured = await measureWindow([side], processes, { times, signal, profileDir });
      figures[side] = withSessions(side, measured[side]!);
    }
    return figures as Round;
  };
  const measureTogether = async (): Promise<Round> => {
    const first = await measureWindow(SIDES, processes, { times, signal });
    const second = await measureWindow(SIDES.toReversed(), processes, { times, signal });
    const both = (side: Side) => withSessions(side, joined(first[side]!, second[side]!));
    return { relay: both('relay'), baseline: both('baseline') };
  };
  const running = resources.move();
  return {
    isNative,
    measureTurns,
    measureTogether,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The figures of two windows of one side; its counts are since the beginning. */
function joined(first: Measured, second: Measured): Measured {
  const mean = (a: number, b: number) => (a + b) / 2;
  const chunks = first.chunks + second.chunks;
  const cpuUs = first.cpuUsPerChunk * first.chunks + second.cpuUsPerChunk * second.chunks;
  return {
    cpuUsPerChunk: cpuUs / chunks,
    latencyMs: {
      p50: mean(first.latencyMs.p50, second.latencyMs.p50),
      p99: mean(first.latencyMs.p99, second.latencyMs.p99),
    },
    rssBytes: mean(first.rssBytes, second.rssBytes),
    chunks,
    delivery: second.delivery,
  };
}

type Measured = Omit<RoundFigures, 'rssKbPerSession'>;

/** One side, or both at the same time. */
async function measureWindow(
  sides: readonly Side[],
  processes: Processes,
  {
    times,
    signal,
    profileDir,
  }: Pick<RoundsOptions, 'times' | 'signal'> & { readonly profileDir?: string | undefined },
): Promise<Partial<Record<Side, Measured>>> {
  const { load, vendor, subjects } = processes;
  const all = <T>(work: (side: Side) => Promise<T>) => Promise.all(sides.map(work));
  const profileOf = (side: Side) => join(profileDir!, `${side}.cpuprofile`);
  /** What a side used and what arrived of it; a counter in the relay would be the relay's cost alone. */
  const reading = async (side: Side) => ({
    ...(await subjects[side].ask('usage', null)),
    delivered: await vendor.ask('delivered', side),
  });
  await all((side) => load.ask('flow', side));
  await passed(times.warmUpMs, signal);
  if (profileDir !== undefined) await all((side) => subjects[side].ask('startProfile', null));
  await all((side) => vendor.ask('record', side));
  const before = await all(reading);
  await passed(times.windowMs, signal);
  const after = await all(reading);
  if (profileDir !== undefined) {
    await all((side) => subjects[side].ask('stopProfile', profileOf(side)));
  }
  const deliveries = await all((side) => pause(side, processes, signal));
  const measured = sides.map((side, index) => {
    const { cpuUs, rssBytes, delivered } = after[index]!;
    const chunks = delivered - before[index]!.delivered;
    const delivery = deliveries[index]!;
    const cpuUsPerChunk = (cpuUs - before[index]!.cpuUs) / chunks;
    return [
      side,
      { cpuUsPerChunk, latencyMs: delivery.latencyMs, rssBytes, chunks, delivery },
    ] as const;
  });
  return Object.fromEntries(measured);
}

/** All lines of a side fall silent; resolves once all that was sent arrived, or after a deadline. */
async function pause(
  side: Side,
  { load, vendor }: Processes,
  signal: AbortSignal,
): Promise<RoundDelivery> {
  const sent = await load.ask('pause', side);
  await until(async () => (await vendor.ask('delivered', side)) === sent.sent, signal);
  return { ...sent, ...(await vendor.ask('take', side)) };
}

/** Waits for a condition, up to a deadline. */
async function until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + SETTLE.deadlineMs;
  while (!(await isSo()) && performance.now() < deadlineMs) await passed(SETTLE.checkMs, signal);
}

async function passed(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(systemClock, ms, signal);
  signal.throwIfAborted();
}
