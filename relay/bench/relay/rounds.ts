import { join } from 'node:path';
import type { AudioCodec } from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { ROOT } from '../../tools/project.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { Baseline } from './baseline.ts';
import type { FleetFigures } from './fleet.ts';
import type { LoadHandlers } from './load.process.ts';
import type { PipeHandlers } from './pipe-subject.process.ts';
import { startRelaySubject } from './relay-subject.ts';
import { WITH_PAUSES } from './schedule.ts';
import type { Pauses, SubjectHandlers } from './subject.ts';
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
  /** Of the relay's callers; those of the baseline speak in PCM16. */
  readonly codec?: AudioCodec;
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
  readonly pauses: Pauses;
  readonly delivery: RoundDelivery;
}

export type Round = Readonly<Record<Side, RoundFigures>>;

/** Both sides, connected and under way. */
export interface Rounds extends AsyncDisposable {
  /** Whether both sides mask with compiled code. */
  readonly isNative: boolean;
  /**
   * Measures both sides in turn.
   *
   * @param profileDir - where a CPU profile of each side is written; undefined for none
   */
  readonly measureTurns: (profileDir?: string) => Promise<Round>;
  /**
   * Measures both sides at the same time, each chunk sent to one and then to the other. Delays are
   * longer than in turn, but what the machine does is the same for both, so ratios vary less.
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
  /** Before the callers came. */
  readonly idleRss: Record<Side, number>;
  readonly sessions: number;
}

/**
 * Starts both sides under the same load, to be measured so shortly after each other, or together,
 * that other work of the machine affects both. The callers, the vendor and each side are processes
 * of their own; a side that is not measured keeps its connections and is idle.
 */
export async function openRounds(options: RoundsOptions): Promise<Rounds> {
  const { sessions, baseline, codec = 'pcm16', signal, times } = options;
  const codecs = { relay: codec, baseline: 'pcm16' } as const;
  await using resources = new AsyncDisposableStack();
  const load = resources.use(new BenchProcess<LoadHandlers>(LOAD, signal));
  const vendor = resources.use(new BenchProcess<UpstreamHandlers>(NOVA, signal));
  const subjectOf = async (side: Side): Promise<Subject> => {
    const isPipe = side === 'baseline' && baseline === 'pipe';
    const upstream = await vendor.ask('listen', { side, isPipe, codec: codecs[side] });
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
  const idleRss = { relay: 0, baseline: 0 };
  const processes: Processes = { load, vendor, subjects, idleRss, sessions };

  let isNative = true;
  for (const side of SIDES) {
    const { url, isPipe } = opened[side];
    isNative &&= await subjects[side].ask('isNative', null);
    idleRss[side] = (await subjects[side].ask('usage', null)).rssBytes;
    const request = { side, url, isPipe, sessions, schedule: WITH_PAUSES, codec: codecs[side] };
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
  /** The side that comes first in one round comes second in the next. */
  const inOrder = () => (round++ % 2 === 0 ? SIDES : SIDES.toReversed());
  const measure = (sides: readonly Side[], profileDir?: string) =>
    measureWindow(sides, processes, { times, signal, profileDir });
  const measureTurns = async (profileDir?: string): Promise<Round> => {
    const figures: Partial<Round> = {};
    for (const side of inOrder()) Object.assign(figures, await measure([side], profileDir));
    return figures as Round;
  };
  const measureTogether = async () => (await measure(inOrder())) as Round;
  const running = resources.move();
  return {
    isNative,
    measureTurns,
    measureTogether,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** One side, or both at the same time. */
async function measureWindow(
  sides: readonly Side[],
  processes: Processes,
  {
    times,
    signal,
    profileDir,
  }: Pick<RoundsOptions, 'times' | 'signal'> & { readonly profileDir?: string | undefined },
): Promise<Partial<Round>> {
  const { load, vendor, subjects, idleRss, sessions } = processes;
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
    const { cpuUs, rssBytes, pauses, delivered } = after[index]!;
    const chunks = delivered - before[index]!.delivered;
    const delivery = deliveries[index]!;
    const cpuUsPerChunk = (cpuUs - before[index]!.cpuUs) / chunks;
    const rssKbPerSession = (rssBytes - idleRss[side]) / 1_024 / sessions;
    const { latencyMs } = delivery;
    const figures = {
      cpuUsPerChunk,
      latencyMs,
      rssBytes,
      rssKbPerSession,
      chunks,
      pauses,
      delivery,
    };
    return [side, figures] as const;
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
