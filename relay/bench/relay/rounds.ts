import { join } from 'node:path';
import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { RoundDelivery } from './fleet.ts';
import type { LoadHandlers, Side } from './load.process.ts';
import type { SubjectHandlers } from './subject.ts';

export interface RoundTimes {
  /** Before the first round. */
  readonly steadyMs: number;
  /** Before counting begins in each round. */
  readonly warmUpMs: number;
  readonly windowMs: number;
}

interface RoundsOptions {
  readonly sessions: number;
  readonly rounds: number;
  readonly times: RoundTimes;
  /** Where a CPU profile of each side's last round is written; undefined for none. */
  readonly profileDir: string | undefined;
  readonly signal: AbortSignal;
  readonly onRound: (figures: Readonly<Record<Side, RoundFigures>>) => void;
}

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
}

const SIDES = ['relay', 'baseline'] as const;
const SUBJECTS: Readonly<Record<Side, URL>> = {
  relay: new URL('relay-subject.process.ts', import.meta.url),
  baseline: new URL('pipe-subject.process.ts', import.meta.url),
};
const LOAD = new URL('load.process.ts', import.meta.url);

/**
 * Runs both sides in turn under the same load, round by round, so that other work of the machine
 * affects both. The relay, the pipe, and the callers with the transcriber are processes of their
 * own; the side that is not measured keeps its connections and is idle.
 */
export async function runRounds(options: RoundsOptions): Promise<RelayBenchRun> {
  const { sessions, signal } = options;
  await using load = new BenchProcess<LoadHandlers>(LOAD, signal);
  await using relay = new BenchProcess<SubjectHandlers>(SUBJECTS.relay, signal, RELAY_NODE_FLAGS);
  await using baseline = new BenchProcess<SubjectHandlers>(SUBJECTS.baseline, signal);
  const subjects = { relay, baseline };
  const idleRss = { relay: 0, baseline: 0 };
  let isNative = true;
  for (const side of SIDES) {
    const upstreamUrl = await load.ask('listen', side);
    const opened = await subjects[side].ask('open', { upstreamUrl, sessions });
    isNative &&= opened.isNative;
    idleRss[side] = (await subjects[side].ask('usage', null)).rssBytes;
    await load.ask('connect', { side, url: opened.url, sessions }, 120_000);
    await load.ask('begin', side);
  }

  for (const side of SIDES) {
    await load.ask('flow', side);
    await sleep(systemClock, options.times.steadyMs, signal);
    signal.throwIfAborted();
    await load.ask('pause', side);
  }
  const rounds: Record<Side, RoundFigures>[] = [];
  for (let round = 0; round < options.rounds; round++) {
    // The side that goes first in one round goes second in the next.
    const order = round % 2 === 0 ? SIDES : SIDES.toReversed();
    const figures: Partial<Record<Side, RoundFigures>> = {};
    for (const side of order) {
      const profileDir = round === options.rounds - 1 ? options.profileDir : undefined;
      const ofRound = { ...options, profileDir };
      figures[side] = await measure(side, load, subjects[side], idleRss[side], ofRound);
    }
    const both = figures as Record<Side, RoundFigures>;
    rounds.push(both);
    options.onRound(both);
  }
  return { rounds, isNative };
}

async function measure(
  side: Side,
  load: BenchProcess<LoadHandlers>,
  subject: BenchProcess<SubjectHandlers>,
  idleRssBytes: number,
  { sessions, times, signal, profileDir }: RoundsOptions,
): Promise<RoundFigures> {
  const passed = async (ms: number) => {
    await sleep(systemClock, ms, signal);
    signal.throwIfAborted();
  };
  await load.ask('flow', side);
  await passed(times.warmUpMs);
  if (profileDir !== undefined) await subject.ask('startProfile', null);
  await load.ask('record', side);
  const before = await subject.ask('usage', null);
  await passed(times.windowMs);
  const after = await subject.ask('usage', null);
  if (profileDir !== undefined) {
    await subject.ask('stopProfile', join(profileDir, `${side}.cpuprofile`));
  }
  const delivery = await load.ask('pause', side);
  const chunks = after.forwarded - before.forwarded;
  return {
    cpuUsPerChunk: (after.cpuUs - before.cpuUs) / chunks,
    latencyMs: delivery.latencyMs,
    rssKbPerSession: (after.rssBytes - idleRssBytes) / 1_024 / sessions,
    chunks,
    delivery,
  };
}
