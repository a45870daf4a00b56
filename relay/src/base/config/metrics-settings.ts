import { join, resolve } from 'node:path';
import { z } from 'zod';
import { flag, seconds } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

/** What is measured of the relay, and who may read it. */
export const METRICS_SETTINGS = {
  ENABLE_METRICS: flag({
    fallback: true,
    about:
      'Whether calls are measured: `/metrics`, `/performance/summary`, the status page and `metrics.jsonl`. See [Monitoring](monitoring/README.md).',
  }),
  METRICS_SAVE_PATH: setting(z.string().min(1).optional(), {
    type: 'file',
    about:
      'Where a line for each session is written. Without it, `metrics.jsonl` in `DATA_DIR`. At 16 MB it becomes `….1`, and the one before that is deleted.',
  }),
  METRICS_COLLECTION_INTERVAL: seconds({
    fallback: 10,
    min: 1,
    max: 3_600,
    about: 'How often processor, memory, disk and event loop are measured.',
  }),
  MEMORY_LIMIT_MB: setting(z.coerce.number().int().min(16).max(16_000_000).optional(), {
    type: 'whole number, 16 to 16,000,000',
    unit: 'megabytes',
    about:
      'The memory that the process may use; a warning comes at 80 % of it. Without it, the limit of its control group, else the memory of the machine.',
  }),
  METRICS_TOKEN: setting(z.string().min(16).optional(), {
    type: 'text of at least 16 characters',
    about:
      'Opens metrics and detailed health, and nothing else, to who sends it as a bearer token: for Prometheus on another machine.',
    isSecret: true,
  }),
} as const;

export interface MetricsConfig {
  readonly isOn: boolean;
  readonly savePath: string;
  readonly intervalMs: number;
  /** undefined: what the control group or the machine says. */
  readonly memoryLimitBytes: number | undefined;
  readonly token: string | undefined;
}

export function toMetricsConfig(
  env: ValuesOf<typeof METRICS_SETTINGS>,
  dataDir: string,
): MetricsConfig {
  return {
    isOn: env.ENABLE_METRICS,
    savePath: resolve(env.METRICS_SAVE_PATH ?? join(dataDir, 'metrics.jsonl')),
    intervalMs: env.METRICS_COLLECTION_INTERVAL * 1_000,
    memoryLimitBytes:
      env.MEMORY_LIMIT_MB === undefined ? undefined : env.MEMORY_LIMIT_MB * 1024 * 1024,
    token: env.METRICS_TOKEN,
  };
}
