import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { API_PATHS } from '@parley/shared';
import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { FleetFigures } from './fleet.ts';
import type { LoadHandlers } from './load.process.ts';
import { STEADY, WITH_PAUSES } from './schedule.ts';
import type { Baseline, BenchProvider, SubjectHandlers } from './subject.ts';
import type { TelemetryFigures, TelemetryHandlers } from './telemetry.ts';
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
  readonly provider: BenchProvider | undefined;
  readonly baseline: Baseline;
  readonly rounds: number;
  readonly times: RoundTimes;
  /** Where a CPU profile of each side's last round is written; undefined for none. */
  readonly profileDir: string | undefined;
  readonly signal: AbortSignal;
  readonly onRound: (figures: Readonly<Record<Side, RoundFigures>>) => void;
}

/** Callers' and transcribers' figures; counts since the beginning. */
export type RoundDelivery = FleetFigures & UpstreamFigures;

export interface RoundFigures {
  readonly cpuUsPerChunk: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly rssKbPerSession: number;
  readonly chunks: number;
  readonly delivery: RoundDelivery;
}

export interface RelayBenchRun {
  readonly rounds: readonly Readonly<Record<Side, RoundFigures>>[];
  /** Whether both sides mask with compiled code. */
  readonly isNative: boolean;
  /** What the relay let be known; with the baseline `unobserved`. */
  readonly telemetry: TelemetryFigures | undefined;
}

const RELAY = new URL('relay-subject.process.ts', import.meta.url);
const BASELINE_SUBJECTS: Readonly<Record<Baseline, { entry: URL; flags: readonly string[] }>> = {
  pipe: { entry: new URL('pipe-subject.process.ts', import.meta.url), flags: [] },
  plain: { entry: RELAY, flags: RELAY_NODE_FLAGS },
  unmeasured: { entry: RELAY, flags: RELAY_NODE_FLAGS },
  unobserved: { entry: RELAY, flags: RELAY_NODE_FLAGS },
};
const TELEMETRY = new URL('telemetry.process.ts', import.meta.url);
const WITHOUT_METRICS: readonly Baseline[] = ['unmeasured', 'unobserved'];
const LOAD = new URL('load.process.ts', import.meta.url);
const NOVA = new URL('nova.process.ts', import.meta.url);
/** No side may be left amid its utterances for longer: vendors hang up after ten seconds of silence. */
const LONGEST_FLOW_MS = 2_400;
const SCRAPE_MS = 10_000;
const SETTLE = { deadlineMs: 5_000, checkMs: 10 };

interface Processes {
  readonly load: BenchProcess<LoadHandlers>;
  readonly upstream: BenchProcess<UpstreamHandlers>;
  readonly subjects: Readonly<Record<Side, BenchProcess<SubjectHandlers>>>;
}

/**
 * Runs both sides in turn under the same load, round by round, so that other work of the machine
 * affects both. The relay, the pipe, and the callers with the transcriber are processes of their
 * own, and so is a vendor; the side that is not measured keeps its connections and is idle.
 */
export async function runRounds(options: RoundsOptions): Promise<RelayBenchRun> {
  const { sessions, signal, provider, times } = options;
  await using load = new BenchProcess<LoadHandlers & UpstreamHandlers>(LOAD, signal);
  await using vendor =
    provider === undefined ? undefined : new BenchProcess<UpstreamHandlers>(NOVA, signal);
  await using observer =
    options.baseline === 'unobserved'
      ? new BenchProcess<TelemetryHandlers>(TELEMETRY, signal)
      : undefined;
  const telemetry = await observer?.ask('listen', null);
  const { entry, flags } = BASELINE_SUBJECTS[options.baseline];
  await using relay = new BenchProcess<SubjectHandlers>(RELAY, signal, RELAY_NODE_FLAGS);
  await using baseline = new BenchProcess<SubjectHandlers>(entry, signal, flags);
  const processes: Processes = { load, upstream: vendor ?? load, subjects: { relay, baseline } };
  const { upstream, subjects } = processes;
  const schedule = provider === undefined ? STEADY : WITH_PAUSES;
  const metricsToken = randomBytes(16).toString('hex');
  const idleRss = { relay: 0, baseline: 0 };
  let isNative = true;
  let relayUrl = '';
  for (const side of SIDES) {
    const isPipe = side === 'baseline' && options.baseline === 'pipe';
    const address = await upstream.ask('listen', { side, isPipe });
    const keepsAccounts = side === 'relay' && options.baseline === 'plain';
    const opened = await subjects[side].ask('open', {
      upstream: address,
      provider,
      sessions,
      keepsAccounts,
      isMeasured: side === 'relay' || !WITHOUT_METRICS.includes(options.baseline),
      metricsToken,
      hasLog: options.baseline === 'unobserved',
      telemetry: side === 'relay' ? telemetry : undefined,
    });
    isNative &&= opened.isNative;
    if (side === 'relay') relayUrl = opened.url;
    idleRss[side] = (await subjects[side].ask('usage', null)).rssBytes;
    await load.ask('connect', { side, url: opened.url, isPipe, sessions, schedule }, 120_000);
  }
  using readers = new DisposableStack();
  if (options.baseline === 'unmeasured') readers.use(readMetrics(relayUrl, metricsToken));
  if (telemetry !== undefined) {
    await observer?.ask('read', { url: relayUrl, adminToken: telemetry.adminToken });
  }
  for (const side of SIDES) {
    const begun = await load.ask('begin', side);
    await until(async () => (await upstream.ask('connections', side)) >= begun, signal);
  }

  const flowMs = provider === undefined ? times.steadyMs : LONGEST_FLOW_MS;
  for (let leftMs = times.steadyMs; leftMs > 0; leftMs -= flowMs) {
    for (const side of SIDES) {
      await load.ask('flow', side);
      await passed(Math.min(flowMs, leftMs), signal);
      await pause(side, processes, signal);
    }
  }
  const rounds: Record<Side, RoundFigures>[] = [];
  for (let round = 0; round < options.rounds; round++) {
    // The side that goes first in one round goes second in the next.
    const order = round % 2 === 0 ? SIDES : SIDES.toReversed();
    const figures: Partial<Record<Side, RoundFigures>> = {};
    for (const side of order) {
      const profileDir = round === options.rounds - 1 ? options.profileDir : undefined;
      const ofRound = { ...options, profileDir };
      figures[side] = await measure(side, processes, idleRss[side], ofRound);
    }
    const both = figures as Record<Side, RoundFigures>;
    rounds.push(both);
    options.onRound(both);
  }
  return { rounds, isNative, telemetry: await observer?.ask('received', null) };
}

/** As Prometheus does, three times as often. */
function readMetrics(relayUrl: string, token: string): Disposable {
  const headers = { authorization: `Bearer ${token}` };
  const read = async () => (await fetch(`${relayUrl}${API_PATHS.prometheus}`, { headers })).text();
  // At the end of the run the relay may have stopped.
  const timer = setInterval(() => void read().catch(() => {}), SCRAPE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function measure(
  side: Side,
  processes: Processes,
  idleRssBytes: number,
  { sessions, times, signal, profileDir }: RoundsOptions,
): Promise<RoundFigures> {
  const { load, upstream } = processes;
  const subject = processes.subjects[side];
  await load.ask('flow', side);
  await passed(times.warmUpMs, signal);
  if (profileDir !== undefined) await subject.ask('startProfile', null);
  await upstream.ask('record', side);
  const before = await subject.ask('usage', null);
  const deliveredBefore = await upstream.ask('delivered', side);
  await passed(times.windowMs, signal);
  const after = await subject.ask('usage', null);
  // Counted where they arrive: a counter around each transcription would be the relay's cost alone.
  const chunks = (await upstream.ask('delivered', side)) - deliveredBefore;
  if (profileDir !== undefined) {
    await subject.ask('stopProfile', join(profileDir, `${side}.cpuprofile`));
  }
  const delivery = await pause(side, processes, signal);
  return {
    cpuUsPerChunk: (after.cpuUs - before.cpuUs) / chunks,
    latencyMs: delivery.latencyMs,
    rssKbPerSession: (after.rssBytes - idleRssBytes) / 1_024 / sessions,
    chunks,
    delivery,
  };
}

/** All lines of a side fall silent; resolves once all that was sent arrived, or after a deadline. */
async function pause(
  side: Side,
  { load, upstream }: Processes,
  signal: AbortSignal,
): Promise<RoundDelivery> {
  const sent = await load.ask('pause', side);
  await until(async () => (await upstream.ask('delivered', side)) === sent.sent, signal);
  return { ...sent, ...(await upstream.ask('take', side)) };
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
