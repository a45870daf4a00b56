import { optionsOrStatus, type CommandIo } from '../tools/command-line.ts';
import { BENCH_USAGE, parseBenchOptions, type BenchOptions } from './options.ts';
import { benchLoad } from './load/bench-load.ts';
import { benchRelay } from './relay/bench-relay.ts';
import { benchTurn } from './turn/bench-turn.ts';

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
    await measure(options, io);
    return 0;
  } catch (error) {
    if (!io.signal.aborted) {
      io.errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
    return 1;
  }
}

async function measure(options: BenchOptions, { output, signal }: CommandIo): Promise<void> {
  const { bench, isJson, provider, baseline, rounds, profileDir } = options;
  const tell = (line: string) => {
    if (!isJson) output.write(`${line}\n`);
  };
  const print = (report: object) => {
    if (isJson) output.write(`${JSON.stringify(report)}\n`);
  };
  const many = DEFAULTS[isJson ? 'json' : 'human'];
  if (bench === 'relay') {
    for (const sessions of options.sessions === undefined ? many.sessions : [options.sessions]) {
      print(await benchRelay({ sessions, provider, baseline, rounds, profileDir, signal, tell }));
    }
  } else if (bench === 'load') {
    print(await benchLoad({ ...options.load, signal, tell }));
  } else {
    for (const talkers of options.talkers === undefined ? many.talkers : [options.talkers]) {
      print(await benchTurn({ talkers, signal, tell }));
    }
  }
}
