import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { WholeRelay } from '../load/whole-relay.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { UNLIMITED } from '../process/unlimited.ts';
import { percentile, round } from '../statistics.ts';
import type { Asked, CallersHandlers } from './callers.process.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const CALLERS = new URL('callers.process.ts', import.meta.url);
const HOGS = 8;
/** Answers that should begin so soon after the end of speech, and their share. */
const SOON_MS = 400;
const MIN_SOON_PERCENT = 90;
const PREPARE_DEADLINE_MS = 120_000;
/** What calls may take beyond their time: to be opened, and to hear the last answer. */
const SLACK_MS = 60_000;

export interface BenchCallersOptions extends BenchContext {
  readonly callers: number;
  readonly minutes: number;
}

/**
 * Many people who talk at the same time to the embedded recogniser, assistant and voice of one
 * relay, alone and beside sessions that take all they can of the recognisers.
 *
 * @returns the figures; `isReached` if no caller is refused and answers begin in time
 */
export async function benchCallers({ callers, minutes, signal, tell }: BenchCallersOptions) {
  await using people = new BenchProcess<CallersHandlers>(CALLERS, signal);
  await makeDatabaseTemplate();
  await using relay = await WholeRelay.start(
    { ...UNLIMITED, MAX_SESSIONS: String(callers + HOGS) },
    signal,
  );
  await people.ask('prepare', undefined, PREPARE_DEADLINE_MS);
  await relay.warm(signal);
  const talkMs = minutes * 60_000;
  const measure = async (name: string, hogs: number) => {
    const request = { url: relay.url, callers, hogs, talkMs };
    const asked = await people.ask('talk', request, talkMs + SLACK_MS);
    const report = { ...reportOf(asked), memory_mb: Math.round(relay.memoryMb) };
    const { p50, p90, p99 } = report.delay_ms;
    tell(
      `${name}: ${report.asked} questions, ${report.right_percent} % answered rightly, ` +
        `${report.refused} not understood, ${report.busy} told that all are busy, ` +
        `${report.failed} failed otherwise`,
    );
    tell(
      `  end of speech to answer p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, ` +
        `within ${SOON_MS} ms ${report.soon_percent} %; ${report.memory_mb} MB`,
    );
    return report;
  };
  const alone = await measure(`${callers} callers`, 0);
  const besideHogs = await measure(`${callers} callers beside ${HOGS} hogs`, HOGS);
  const isReached = [alone, besideHogs].every(
    ({ busy, failed, soon_percent }) =>
      busy === 0 && failed === 0 && soon_percent >= MIN_SOON_PERCENT,
  );
  return { bench: 'callers', callers, minutes, alone, beside_hogs: besideHogs, isReached };
}

function reportOf(asked: readonly Asked[]) {
  const delays = asked.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
  const count = (is: (one: Asked) => boolean) => asked.filter((one) => is(one)).length;
  const percentOf = (part: number, whole: number) => round((100 * part) / whole, 1);
  const busy = count(({ problem }) => problem === 'capacity_exhausted');
  return {
    asked: asked.length,
    right_percent: percentOf(
      count(({ isRight }) => isRight),
      asked.length,
    ),
    refused: count(({ isRefused, problem }) => isRefused && problem === undefined),
    busy,
    failed: count(({ problem }) => problem !== undefined) - busy,
    soon_percent: percentOf(delays.filter((ms) => ms <= SOON_MS).length, asked.length),
    delay_ms: {
      p50: Math.round(percentile(delays, 0.5)),
      p90: Math.round(percentile(delays, 0.9)),
      p99: Math.round(percentile(delays, 0.99)),
    },
  };
}

export const CALLERS_BENCH = defineBench({
  about: `8 people who talk at the same time to the built-in recogniser, assistant and voice, for one
minute, then again beside sessions that take as much of the recognisers as they can.`,
  options: { users: wholeNumber(200, 8), minutes: wholeNumber(60, 1) },
  async run({ users: callers, minutes }, { print, ...context }) {
    const { isReached, ...report } = await benchCallers({ callers, minutes, ...context });
    print(report);
    return isReached;
  },
});
