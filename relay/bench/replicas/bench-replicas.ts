import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { RELAY_ENVIRONMENT, RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import { Cluster } from '../../test/support/cluster.ts';
import { defineBench, wholeNumber, type BenchContext } from '../bench.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { processTree } from '../process/process-tree.ts';
import { AMPLE_BUDGETS } from '../process/unlimited.ts';
import { median, round } from '../statistics.ts';
import { turnIn } from '../turn/provider-times.ts';
import type { SimulatorsHandlers } from '../turn/simulators.process.ts';
import type { PeopleHandlers } from './people.process.ts';
import { RedisWatch } from './redis-watch.ts';

const SIMULATORS = new URL('../turn/simulators.process.ts', import.meta.url);
const PEOPLE = new URL('people.process.ts', import.meta.url);
/** Of the simulated providers. */
const DELAYS = { asr: 100, llm: 150, tts: 80 } as const;
const TICK_US = 10_000;
const WINDOW_MS = 15_000;
const WATCH_MS = 5_000;
/** Talk after something has happened. */
const AFTER_MS = 10_000;
/** What everyone may take to begin or to end. */
const SLACK_MS = 90_000;
/** Until everything is stored once the talk is over. */
const CATCH_UP_MS = 45_000;
const ASK_AGAIN_MS = 500;
/** From the reconnection to the answer. */
const MAX_WAIT_MS = 3_000;

export interface BenchReplicasOptions extends BenchContext {
  readonly people: number;
  /** How long Redis is away. */
  readonly seconds: number;
}

interface Talk extends BenchReplicasOptions {
  readonly environment: Readonly<Record<string, string>>;
}

/** What several relays cost, and what people notice if one is killed or replaced, or Redis is away. */
export async function benchReplicas(options: BenchReplicasOptions) {
  const { signal } = options;
  await using simulators = new BenchProcess<SimulatorsHandlers>(SIMULATORS, signal);
  const { environment } = await simulators.ask('open', DELAYS);
  const talk: Talk = { ...options, environment };
  const costs = [
    await costOf(talk, 1, true),
    await costOf(talk, 1),
    await costOf(talk, 2),
    await costOf(talk, 3),
  ];
  const survival = await survive(talk);
  return { bench: 'replicas' as const, people: options.people, costs, ...survival };
}

/** What a conversation costs with so many relays, or with one that is alone. */
async function costOf(talk: Talk, relays: number, isAlone = false) {
  const { people: count, signal, tell } = talk;
  await using cluster = await startCluster(talk, relays, isAlone);
  await using people = new BenchProcess<PeopleHandlers>(PEOPLE, signal);
  await people.ask('begin', { url: cluster.url, count }, SLACK_MS);
  const workUs = () =>
    [...cluster.pids, cluster.redis.pid]
      .flatMap(processTree)
      .reduce((sum, { ticks }) => sum + ticks, 0) * TICK_US;
  const [before, usBefore] = [await people.ask('count', undefined), workUs()];
  await sleep(systemClock, WINDOW_MS, signal);
  const [after, usAfter] = [await people.ask('count', undefined), workUs()];
  // Apart, for to be watched costs Redis as much as to be asked.
  using watch = await RedisWatch.start(cluster.redis.port);
  await sleep(systemClock, WATCH_MS, signal);
  const { commands, snapshotBytes } = watch.seen;
  const turns = (await people.ask('count', undefined)).turns - after.turns;
  await people.ask('end', undefined, SLACK_MS);
  const us = usAfter - usBefore;
  const figures = {
    relays,
    shared: !isAlone,
    cpu_us_per_chunk: round(us / (after.chunks - before.chunks), 1),
    calls_per_processor: round((count * WINDOW_MS * 1_000) / us, 0),
    commands_per_turn: round(commands / turns, 2),
    snapshot_bytes: snapshotBytes.length === 0 ? 0 : median(snapshotBytes),
  };
  tell(
    `${isAlone ? '1 relay, alone' : `${relays} relay${relays === 1 ? '' : 's'}`}: ` +
      `${figures.cpu_us_per_chunk} µs of processor for each 100 ms of speech (relays and Redis), ` +
      `${figures.calls_per_processor} calls a processor` +
      (isAlone
        ? ''
        : `; ${figures.commands_per_turn} Redis commands and ${figures.snapshot_bytes} bytes of snapshot a turn`),
  );
  return figures;
}

/** People who talk while relays are killed and replaced, and while Redis is away. */
async function survive(talk: Talk) {
  const { people: count, seconds, signal, tell } = talk;
  await using cluster = await startCluster(talk, 2);
  await using people = new BenchProcess<PeopleHandlers>(PEOPLE, signal);
  await people.ask('enter', 'before');
  await people.ask('begin', { url: cluster.url, count }, SLACK_MS);
  const events: Readonly<Record<string, () => Promise<unknown>>> = {
    'a relay killed': () => cluster.end(0, 'SIGKILL'),
    'the relay back': () => cluster.start(0),
    'both replaced': async () => {
      for (const number of [0, 1]) {
        await cluster.end(number, 'SIGTERM');
        await cluster.start(number);
      }
    },
    'Redis away': async () => {
      await cluster.redis.stop();
      await sleep(systemClock, seconds * 1_000, signal);
      await cluster.redis.restart();
    },
  };
  for (const [name, happen] of Object.entries(events)) {
    await people.ask('enter', name);
    await happen();
    await sleep(systemClock, AFTER_MS, signal);
    signal.throwIfAborted();
  }
  const { phases, answered, problems } = await people.ask('end', undefined, SLACK_MS);
  for (const { phase, turns, lost, answered_twice: twice, moved, wait_ms: waitMs } of phases) {
    tell(
      `  ${phase}: ${turns} turns, ${lost} lost, ${twice} answered twice; ${moved} in calls that moved: ` +
        `from the reconnection to the answer p50 ${waitMs.p50} ms, longest ${waitMs.max} ms`,
    );
  }
  for (const problem of new Set(problems)) tell(`  a call failed: ${problem}`);
  const storage = await storedOf(cluster, answered, signal);
  tell(`  stored: ${storage.missing} turns missing, ${storage.doubled} doubled`);
  const isWhole =
    problems.length === 0 &&
    storage.missing + storage.doubled === 0 &&
    phases.every(
      ({ lost, answered_twice: twice, wait_ms: { max } }) =>
        lost + twice === 0 && max <= MAX_WAIT_MS,
    );
  return { phases, failed: problems.length, stored: storage, isWhole };
}

/** Waits until all turns that were answered are stored, as long as that may take. */
async function storedOf(cluster: Cluster, answered: readonly number[], signal: AbortSignal) {
  const endMs = performance.now() + CATCH_UP_MS;
  for (;;) {
    const rows = await cluster.query('select user_text from parley.turns');
    const times = Map.groupBy(rows, ({ user_text: text }) => turnIn(String(text)));
    const missing = answered.filter((number) => !times.has(number)).length;
    const doubled = [...times.values()].filter(({ length }) => length > 1).length;
    if (missing === 0 || performance.now() > endMs) return { missing, doubled };
    await sleep(systemClock, ASK_AGAIN_MS, signal);
  }
}

function startCluster({ people, environment }: Talk, relays: number, isAlone = false) {
  return Cluster.start({
    relays,
    isAlone,
    balancer: 'nginx',
    env: {
      ...RELAY_ENVIRONMENT,
      ...AMPLE_BUDGETS,
      MAX_SESSIONS: String(people + 10),
      LOG_LEVEL: 'warn',
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'deepgram-aura',
      ...environment,
    },
    process: { nodeFlags: RELAY_NODE_FLAGS },
  });
}

export const REPLICAS_BENCH = defineBench({
  about: `What several relays behind nginx cost, with 100 people who talk: processor, Redis and snapshots with
1, 2 and 3 relays. Then what people notice if one of two is killed, both are replaced, and Redis is
away for 60 seconds. It needs nginx's, Postgres's and Redis's programs.`,
  // Turns are told apart by the level of their audio.
  options: { people: wholeNumber(150, 100), seconds: wholeNumber(600, 60) },
  async run(options, { print, ...context }) {
    const { isWhole, ...report } = await benchReplicas({ ...options, ...context });
    print(report);
    return isWhole;
  },
});
