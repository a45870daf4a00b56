import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * Structured logs, one JSON object a line on standard error, so that a command's standard output
 * stays its own. Bind `requestId`, `sessionId` and `responseId` with `logger.child`.
 *
 * What people say is logged at `debug` and below only.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.token', '*.ticket', '*.resume_token', '*.authorization', 'authorization'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

export const silentLogger: Logger = pino({ level: 'silent' });
