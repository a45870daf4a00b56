import { parseArgs, styleText, type ParseArgsConfig } from 'node:util';

/** The part of standard output that is used. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface CommandIo {
  readonly output: Output;
  /** One sentence for each problem. */
  readonly errors: Output;
  /** Aborting ends the command. */
  readonly signal: AbortSignal;
}

/** Text in a style, if the output is a terminal that shows colours. */
export function paint(
  output: Output,
  style: Parameters<typeof styleText>[0],
  text: string,
): string {
  const isPlain = output.isTTY !== true || process.env['NO_COLOR'] !== undefined;
  return isPlain ? text : styleText(style, text);
}

/** Words of others on one line, without the characters that a terminal obeys. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Exit status of a command line that cannot be used. */
export const UNUSABLE = 2;
/** Exit status of a command that a signal ended. */
export const INTERRUPTED = 130;

/** A sentence about what is wrong with a command line. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/**
 * Reads a command line as Node does.
 *
 * @throws UsageError that names the option
 */
export function parseCommandLine<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's first sentence names the option; the advice that follows it is for programmers.
    throw new UsageError(`${(error as Error).message.split(/\.\s|\n/)[0]}.`);
  }
}

/** @returns the options, or the exit status if help or advice is all that was called for */
export function optionsOrStatus<T extends object>(
  parse: () => T | 'help',
  usage: string,
  { output, errors }: Pick<CommandIo, 'output' | 'errors'>,
): T | number {
  try {
    const options = parse();
    if (options !== 'help') return options;
    output.write(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    errors.write(`${error.message}\n\n${usage}`);
    return UNUSABLE;
  }
}

/**
 * The address of a relay, without the slash at its end.
 *
 * @throws UsageError
 */
export function relayUrlOf(value: string): string {
  const url = URL.parse(value);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(
      `--url: found ${JSON.stringify(value)}, expected something like http://localhost:8787.`,
    );
  }
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

/**
 * Reads the command line of a command that has no options.
 *
 * @param about - what the command does
 * @returns the exit status if help was shown or an argument refused, else undefined
 */
export function takesNoArguments(name: string, about: string): number | undefined {
  const usage = `${about}\n\n  npm run ${name}\n`;
  const { stdout: output, stderr: errors } = process;
  const parse = () => {
    const { values } = parseCommandLine({
      args: process.argv.slice(2),
      options: { help: { type: 'boolean', short: 'h' } },
    });
    return values.help === true ? 'help' : {};
  };
  const status = optionsOrStatus(parse, usage, { output, errors });
  return typeof status === 'number' ? status : undefined;
}

/**
 * Runs a command and sets the exit status of this process. The first interruption aborts the
 * command, a second one ends the process at once; processes that it started end with it.
 */
export async function runCommand(
  command: (commandLine: readonly string[], io: CommandIo) => Promise<number>,
): Promise<void> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(INTERRUPTED);
      abort.abort();
    });
  }
  try {
    const { stdout: output, stderr: errors } = process;
    const status = await command(process.argv.slice(2), { output, errors, signal: abort.signal });
    process.exitCode = abort.signal.aborted ? INTERRUPTED : status;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.exitCode = INTERRUPTED;
  }
}
