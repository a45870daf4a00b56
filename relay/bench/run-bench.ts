import { optionsOrStatus, type CommandIo } from '../tools/command-line.ts';
import { BENCH_USAGE, parseBenchOptions, type BenchOptions } from './options.ts';
import { benchRelay } from './relay/bench-relay.ts';
import { benchTurn } from './turn/bench-turn.ts';

/** What is measured by default: people see more than the figure that counts, which is the one of `--json`. */
const SESSIONS = { json: [1_000], human: [500, 1_000] } as const;
const TALKERS = { json: [50], human: [1, 50, 200] } as const;

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
  const { isJson } = options;
  const common = { output, signal, isHuman: !isJson };
  const print = (report: object) => {
    if (isJson) output.write(`${JSON.stringify(report)}\n`);
  };
  if (options.bench === 'relay') {
    const { rounds, profileDir } = options;
    for (const sessions of chosen(options.sessions, SESSIONS, isJson)) {
      print(await benchRelay({ ...common, sessions, rounds, profileDir }));
    }
  } else {
    for (const talkers of chosen(options.talkers, TALKERS, isJson)) {
      print(await benchTurn({ ...common, talkers }));
    }
  }
}

function chosen(
  given: number | undefined,
  otherwise: { readonly json: readonly number[]; readonly human: readonly number[] },
  isJson: boolean,
): readonly number[] {
  if (given !== undefined) return [given];
  return isJson ? otherwise.json : otherwise.human;
}
