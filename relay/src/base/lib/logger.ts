import { pino, type Logger, type LoggerOptions } from 'pino';

/** Fields of errors that hold neither keys nor what people said. */
const HARMLESS = ['code', 'syscall', 'provider', 'stage', 'fault', 'status', 'note'] as const;

const MAX_CAUSES = 3;

export type { Logger };

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
