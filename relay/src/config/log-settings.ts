import { resolve } from 'node:path';
import { z } from 'zod';
import { whole } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

/** What leaves the relay for those who run it, beside its log on standard error. */
export const LOG_SETTINGS = {
  LOG_FILE: setting(z.string().min(1).optional(), {
    type: 'path of a file',
    about:
      'Writes the log into this file too, one JSON object a line. Without it the log is on standard error alone, for a supervisor to keep: see [Keeping the log](operations.md#keeping-the-log).',
  }),
  LOG_FILE_MAX_MB: whole({
    fallback: 50,
    min: 1,
    max: 100_000,
    unit: 'megabytes',
    about: 'Once `LOG_FILE` would be larger, it gets the ending `.1` and a new one is begun.',
  }),
  LOG_FILE_KEPT: whole({
    fallback: 5,
    min: 0,
    max: 1_000,
    unit: 'files',
    about: 'How many earlier files of the log are kept; the oldest goes first.',
  }),
} as const;

export interface LogFileConfig {
  readonly path: string;
  readonly maxBytes: number;
  /** Earlier files beside the present one. */
  readonly kept: number;
}

export interface LogConfig {
  /** undefined: standard error alone. */
  readonly file: LogFileConfig | undefined;
}

export function toLogConfig(env: ValuesOf<typeof LOG_SETTINGS>): LogConfig {
  return {
    file:
      env.LOG_FILE === undefined
        ? undefined
        : {
            path: resolve(env.LOG_FILE),
            maxBytes: env.LOG_FILE_MAX_MB * 1024 * 1024,
            kept: env.LOG_FILE_KEPT,
          },
  };
}
