import { BenchProcess } from '../process/bench-process.ts';
import { reportOf } from './report.ts';
import type { SoakHandlers } from './soak.process.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const PROCESS = new URL('soak.process.ts', import.meta.url);
const CALLERS = 20;
/** Turns before anything is measured. */
const WARM_UP_TURNS = 100;
/** What a turn may take, with all deadlines and words of apology, by one caller. */
const TURN_DEADLINE_MS = 10_000;

export interface BenchSoakOptions extends BenchContext {
  readonly turns: number;
}

/** Turns of which most meet a fault of a vendor: whether memory, a socket or a timer is left. */
export async function benchSoak({ turns, signal, tell }: BenchSoakOptions) {
  // Only a process of its own has a heap of its own to look at.
  await using subject = new BenchProcess<SoakHandlers>(PROCESS, signal, ['--expose-gc']);
  tell(`${turns} turns with faults, in ${CALLERS} calls at the same time`);
  const deadlineMs = ((turns + WARM_UP_TURNS) * TURN_DEADLINE_MS) / CALLERS;
  const request = { warmUp: WARM_UP_TURNS, turns, callers: CALLERS };
  const report = reportOf(turns, await subject.ask('soak', request, deadlineMs));
  tell(
    `  ${report.settled} settled in ${report.took_s} s; the heap grew by ${report.heap_growth_kb} kB`,
  );
  tell(`  left while idle: ${report.held_idle.join(', ') || 'nothing'}`);
  tell(`  left after the stop: ${report.held_stopped.join(', ') || 'nothing'}`);
  return report;
}

export const SOAK_BENCH = defineBench({
  about: `Whether memory, a socket or a timer is left after 250 turns of which most meet a fault of a
simulated vendor.`,
  options: { turns: wholeNumber(600, 250) },
  async run(options, { print, ...context }) {
    const { isClean, ...report } = await benchSoak({ ...options, ...context });
    print(report);
    return isClean;
  },
});
