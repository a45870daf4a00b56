import { pino, type Logger, type LoggerOptions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Clock } from './clock.ts';
import { LogDestination, standardErrorWriter } from './log-destination.ts';
import { LogTap } from './log-tap.ts';
import type { Problems } from './problems.ts';
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts';

/** Fields of errors that hold neither keys nor what people said. */
const HARMLESS = ['code', 'syscall', 'provider', 'stage', 'fault', 'status', 'note'] as const;

const MAX_CAUSES = 3;

export type { Logger };

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
export function openLog(options: {
  readonly level: string;
  readonly clock: Clock;
  readonly problems: Problems;
  /** A file that is written as well. */
  readonly file?: RotatingFileOptions | undefined;
}): Log {
  const { level, clock, problems, file } = options;
  const destination = new LogDestination({
    write: standardErrorWriter(),
    clock,
    problems,
    onResumed: (leftOut) => logger.warn({ leftOut }, 'log lines were left out'),
  });
  const tap = new LogTap(
    process.stderr.isTTY
      ? readable(destination, process.env['NO_COLOR'] === undefined)
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

/** What a line is made of, and what never stands in it. */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['*.token', '*.ticket', '*.resume_token', '*.authorization', 'authorization'],
      censor: '[redacted]',
    },
  };
}

/** Formats each line for people: time, level, message, then the fields. */
export function readable(
  destination: { write(line: string): void },
  hasColours: boolean,
): { write(line: string): void } {
  const format = prettyFactory({
    colorize: hasColours,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
  return { write: (line) => destination.write(format(line)) };
}

export const silentLogger: Logger = pino({ level: 'silent' });

/**
 * What the log says of an error: its kind, message and stack, and those of its causes. Not its other
 * fields, unlike pino's own serializer: libraries put requests there, with keys and speech.
 */
export function errorFields(error: unknown): unknown {
  try {
    return fieldsOf(error, MAX_CAUSES);
  } catch {
    // A getter of its own failed; what it belongs to has to end all the same.
    return { type: typeof error, message: 'an error that cannot be read' };
  }
}

function fieldsOf(error: unknown, causes: number): unknown {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: typeof error === 'string' ? error : 'not an error' };
  }
  const harmless = HARMLESS.flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  });
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...Object.fromEntries(harmless),
    stack,
    ...(cause !== undefined && causes > 0 && { cause: fieldsOf(cause, causes - 1) }),
  };
}
