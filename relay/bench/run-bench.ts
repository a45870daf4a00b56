import { optionsOrStatus, type CommandIo } from '../tools/command-line.ts';
import { BENCH_USAGE, BENCHES, parseBenchOptions } from './options.ts';

/**
 * The whole command.
 *
 * @returns its exit status
 */
export async function runBench(commandLine: readonly string[], io: CommandIo): Promise<number> {
  const parsed = optionsOrStatus(() => parseBenchOptions(commandLine), BENCH_USAGE, io);
  if (typeof parsed === 'number') return parsed;
  const { bench, options, isJson } = parsed;
  const { output, errors, signal } = io;
  try {
    const isAsItMustBe = await BENCHES[bench].run(options, {
      signal,
      tell: (line) => {
        if (!isJson) output.write(`${line}\n`);
      },
      print: (report) => {
        if (isJson) output.write(`${JSON.stringify(report)}\n`);
      },
    });
    return isAsItMustBe ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) {
      errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
    return 1;
  }
}
