import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import type { AwakeHandlers } from '../process/awake.process.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { TurnSubjectHandlers } from './relay-subject.process.ts';
import { overheadParts, reportOf } from './report.ts';
import type { SimulatorsHandlers } from './simulators.process.ts';
import type { TalkersHandlers } from './talkers.process.ts';
import { defineBench, sizes, type BenchContext } from '../bench.ts';

const DELAYS = { asr: 100, llm: 150, tts: 80 } as const;
const TURNS = 8;
/**
 * Measures a relay that has run for more than its first minute. Until then its code is interpreted,
 * not yet compiled: the first turns take twice as long as the three-hundredth.
 */
const WARM_UP = { talkers: 50, turns: 6 } as const;
const TALK_DEADLINE_MS = 120_000;

const AWAKE = new URL('../process/awake.process.ts', import.meta.url);
const SUBJECT = new URL('relay-subject.process.ts', import.meta.url);
const SIMULATORS = new URL('simulators.process.ts', import.meta.url);
const TALKERS = new URL('talkers.process.ts', import.meta.url);

export interface BenchTurnOptions extends BenchContext {
  readonly talkers: number;
  readonly turns?: number;
  readonly warmUp?: { readonly talkers: number; readonly turns: number };
}

/**
 * What the relay adds to a turn, over real connections to simulated providers of known slowness.
 *
 * No processor sleeps meanwhile: a turn passes from process to process a dozen times, and the cost
 * of waking at each is the machine's, on virtual machines several milliseconds a turn that vary.
 */
export async function benchTurn(options: BenchTurnOptions): Promise<ReturnType<typeof reportOf>> {
  const { talkers, signal, tell, turns = TURNS, warmUp = WARM_UP } = options;
  await using awake = new BenchProcess<AwakeHandlers>(AWAKE, signal);
  await awake.ask('start', undefined);
  // In a process of their own: what they need of the processor is not the relay's.
  await using simulators = new BenchProcess<SimulatorsHandlers>(SIMULATORS, signal);
  await using subject = new BenchProcess<TurnSubjectHandlers>(SUBJECT, signal, RELAY_NODE_FLAGS);
  await using load = new BenchProcess<TalkersHandlers>(TALKERS, signal);
  const sessions = talkers + warmUp.talkers;
  const { environment } = await simulators.ask('open', DELAYS);
  const { url } = await subject.ask('open', { environment, sessions });
  const warmUpTalks = await load.ask('talk', { url, ...warmUp, firstTurn: 1 }, TALK_DEADLINE_MS);
  const warmUpReport = reportOf(DELAYS, warmUpTalks, await simulators.ask('take', undefined));
  const firstTurn = warmUp.talkers * warmUp.turns + 1;
  const cpuBeforeMs = await subject.ask('cpuMs', undefined);
  const talks = await load.ask('talk', { url, talkers, turns, firstTurn }, TALK_DEADLINE_MS);
  const cpuMs = (await subject.ask('cpuMs', undefined)) - cpuBeforeMs;
  const took = await simulators.ask('take', undefined);
  const report = reportOf(DELAYS, talks, took);
  tell(
    `${String(talkers).padStart(4)} talkers, ${report.turns} turns: overhead ` +
      `p50 ${report.overhead_ms.p50} ms, p99 ${report.overhead_ms.p99} ms, ` +
      `first turn ${signed(report.first_turn_penalty_ms)} ms, ${report.errors} errors`,
  );
  const parts = Object.entries(overheadParts(talks, took));
  tell(
    `     of it ${parts.map(([name, ms]) => `${name} ${ms}`).join(', ')} ms; ` +
      `${(cpuMs / report.turns).toFixed(1)} ms of the processor a turn`,
  );
  tell(
    `     in the ${warmUpReport.turns} turns before, after its start: ` +
      `p50 ${warmUpReport.overhead_ms.p50} ms, p99 ${warmUpReport.overhead_ms.p99} ms`,
  );
  for (const problem of talks.flatMap(({ problems }) => problems).slice(0, 5)) tell(`  ${problem}`);
  return report;
}

function signed(ms: number): string {
  return ms < 0 ? String(ms) : `+${ms}`;
}

export const TURN_BENCH = defineBench({
  about: `What the relay adds to a turn, over providers with known delays. 50 talkers if N is not given
(without --json 1 and 200 as well).`,
  options: { talkers: sizes(1_000, { people: [1, 50, 200], programs: 50 }) },
  async run({ talkers: allTalkers }, { print, ...context }) {
    for (const talkers of allTalkers) print(await benchTurn({ talkers, ...context }));
    return true;
  },
});
