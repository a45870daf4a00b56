import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { LogDestination } from '../../src/lib/log-destination.ts';
import { LogTap } from '../../src/lib/log-tap.ts';
import { logOptions, openLog, type Log } from '../../src/lib/logger.ts';
import type { Problems } from '../../src/lib/problems.ts';
import { RotatingFile } from '../../src/lib/rotating-file.ts';
import { pino } from 'pino';

const MAX_FILE_BYTES = 50_000_000;

/** Warnings on standard error: hardly a line. */
export function quietLog(problems: Problems): Pick<Log, 'logger' | 'tap'> {
  return openLog({ level: 'warn', clock: systemClock, problems });
}

/** As much as a relay logs by default, into a file: a terminal would cost more than the lines. */
export function fullLog(folder: string, problems: Problems): Pick<Log, 'logger' | 'tap'> {
  const file = new RotatingFile({
    path: join(folder, 'relay.log'),
    maxBytes: MAX_FILE_BYTES,
    kept: 0,
  });
  const tap = new LogTap(
    new LogDestination({ write: file.write, clock: systemClock, problems, onResumed: () => {} }),
  );
  return { logger: pino(logOptions('info'), tap), tap };
}
