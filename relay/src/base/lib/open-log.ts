import { pino, type Logger } from 'pino';
import type { Clock } from './clock.ts';
import { LogDestination, standardErrorWriter } from './log-destination.ts';
import { LogTap } from './log-tap.ts';
import { logOptions } from './logger.ts';
import type { Problems } from './problems.ts';
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts';

export interface Log {
  readonly logger: Logger;
  /** For those who follow the log while it is written. */
  readonly tap: LogTap;
  /** Resolves when all lines are written, or after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
}

/**
 * Structured logs on standard error, so that a command's standard output stays its own: one JSON
 * object a line, or a line for people if it is a terminal. Bind `requestId`, `sessionId` and `responseId` with `logger.child`.
 *
 * What people say is logged at `debug` and below only.
 */
export async function openLog(options: {
  readonly level: string;
  readonly clock: Clock;
  readonly problems: Problems;
  /** A file that is written as well. */
  readonly file?: RotatingFileOptions | undefined;
}): Promise<Log> {
  const { level, clock, problems, file } = options;
  const destination = new LogDestination({
    write: standardErrorWriter(),
    clock,
    problems,
    onResumed: (leftOut) => logger.warn({ leftOut }, 'log lines were left out'),
  });
  const tap = new LogTap(
    process.stderr.isTTY
      ? await readable(destination, process.env['NO_COLOR'] === undefined)
      : destination,
  );
  const logger = pino(logOptions(level), tap);
  const copy =
    file &&
    new LogDestination({
      write: new RotatingFile(file).write,
      clock,
      problems,
      problem: 'log_file_not_written',
      onTrouble: (reason) => logger.warn({ reason }, 'LOG_FILE cannot be written'),
      onResumed: (leftOut) => logger.warn({ leftOut }, 'log lines were left out of LOG_FILE'),
    });
  if (copy !== undefined) tap.listen((line) => copy.write(line));
  return {
    logger,
    tap,
    async flush(deadlineMs) {
      await Promise.all([destination.flush(deadlineMs), copy?.flush(deadlineMs)]);
    },
  };
}

/** In JSON: characters that a terminal obeys, but for the ends of lines; and a `\\`, which is none. */
const CONTROL = /\\\\|\\u00(?:[01][\da-f]|7f)|\\[bfr]|[\u007f-\u009f]/gi;

/**
 * Formats each line for people: time, level, message, then the fields. What others wrote may stand in
 * the message of an error, and must not rewrite the screen.
 */
export async function readable(
  destination: { write(line: string): void },
  hasColours: boolean,
): Promise<{ write(line: string): void }> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    colorize: hasColours,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
  const harmless = (found: string) => (found === String.raw`\\` ? found : ' ');
  return { write: (line) => destination.write(format(line.replaceAll(CONTROL, harmless))) };
}
