import { optionsOrStatus, type CommandIo } from '../tools/command-line.ts';
import { BENCH_USAGE, parseBenchOptions, type BenchOptions } from './options.ts';
import { benchCallers } from './callers/bench-callers.ts';
import { benchChaos } from './chaos/bench-chaos.ts';
import { benchDialogues } from './dialogues/bench-dialogues.ts';
import { benchEcho } from './echo/bench-echo.ts';
import { benchLighthouse } from './lighthouse/bench-lighthouse.ts';
import { benchEar } from './ear/bench-ear.ts';
import { benchLoad } from './load/bench-load.ts';
import { benchNoise } from './noise/bench-noise.ts';
import { benchOutage } from './outage/bench-outage.ts';
import { benchPhrasings } from './phrasings/bench-phrasings.ts';
import { benchRelay } from './relay/bench-relay.ts';
import { benchSoak } from './soak/bench-soak.ts';
import { benchStart } from './start/bench-start.ts';
import { benchTurn } from './turn/bench-turn.ts';
import { benchWeb } from './web/bench-web.ts';

/** What is measured by default: people see more than the figure that counts, which is the one of `--json`. */
const DEFAULTS = {
  json: { sessions: [1_000], talkers: [50] },
  human: { sessions: [500, 1_000], talkers: [1, 50, 200] },
};

/**
 * The whole command.
 *
 * @returns its exit status
 */
export async function runBench(commandLine: readonly string[], io: CommandIo): Promise<number> {
  const options = optionsOrStatus(() => parseBenchOptions(commandLine), BENCH_USAGE, io);
  if (typeof options === 'number') return options;
  try {
    return (await measure(options, io)) ? 0 : 1;
  } catch (error) {
    if (!io.signal.aborted) {
      io.errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
    return 1;
  }
}

/** @returns false if what was measured is not as it must be */
async function measure(options: BenchOptions, { output, signal }: CommandIo): Promise<boolean> {
  const { bench, isJson, baseline, rounds, profileDir } = options;
  const tell = (line: string) => {
    if (!isJson) output.write(`${line}\n`);
  };
  const print = (report: object) => {
    if (isJson) output.write(`${JSON.stringify(report)}\n`);
  };
  const many = DEFAULTS[isJson ? 'json' : 'human'];
  if (bench === 'relay') {
    for (const sessions of options.sessions === undefined ? many.sessions : [options.sessions]) {
      print(await benchRelay({ sessions, baseline, rounds, profileDir, signal, tell }));
    }
  } else if (bench === 'start') {
    print(await benchStart({ rounds, signal, tell }));
  } else if (bench === 'soak') {
    const { isClean, ...report } = await benchSoak({ turns: options.turns, signal, tell });
    print(report);
    return isClean;
  } else if (bench === 'ear') {
    const report = await benchEar({ turns: options.turns, signal, tell });
    print(report);
    return report.embedded.failed === 0;
  } else if (bench === 'dialogues') {
    print(await benchDialogues({ only: options.only, signal, tell }));
  } else if (bench === 'chaos') {
    const { isWhole, ...report } = await benchChaos({ ...options.chaos, signal, tell });
    print(report);
    return isWhole;
  } else if (bench === 'lighthouse') {
    const { isReached, ...report } = await benchLighthouse({ signal, tell });
    print(report);
    return isReached;
  } else if (bench === 'phrasings') {
    const { isReached, ...report } = await benchPhrasings({ signal, tell });
    print(report);
    return isReached;
  } else if (bench === 'noise') {
    print(await benchNoise({ ...options.noise, signal, tell }));
  } else if (bench === 'callers') {
    const { isReached, ...report } = await benchCallers({ ...options.callers, signal, tell });
    print(report);
    return isReached;
  } else if (bench === 'load') {
    print(await benchLoad({ ...options.load, signal, tell }));
  } else if (bench === 'web') {
    print(await benchWeb({ signal, tell }));
  } else if (bench === 'echo') {
    print(await benchEcho({ ...options.echo, signal, tell }));
  } else if (bench === 'outage') {
    const { seconds, sessions = 20 } = options;
    const { isWhole, ...report } = await benchOutage({ seconds, sessions, signal, tell });
    print(report);
    return isWhole;
  } else {
    for (const talkers of options.talkers === undefined ? many.talkers : [options.talkers]) {
      print(await benchTurn({ talkers, signal, tell }));
    }
  }
  return true;
}
