import { join, resolve } from 'node:path';
import { z } from 'zod';
import { flag, seconds } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

/** That of exporters for Prometheus in OpenTelemetry. */
const DEFAULT_METRICS_PORT = 9464;

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
      'What the process may use, for the warning at 80 % of it. Without it, the limit of its control group, else the memory of the machine.',
  }),
  METRICS_PORT: setting(
    z.union([z.literal('off'), z.coerce.number().int().min(0).max(65_535)]).optional(),
    {
      type: 'whole number, 0 to 65,535, or `off`',
      default: String(DEFAULT_METRICS_PORT),
      about:
        'A port on 127.0.0.1 alone where programs of this machine read metrics and detailed health without a token; 0 takes a free one. No proxy may lead there. If `PORT` is 0 it is `off` by default.',
    },
  ),
  METRICS_TOKEN: setting(z.string().min(16).optional(), {
    type: 'text of at least 16 characters',
    about:
      'Opens metrics and detailed health at the relay’s own address, and nothing else, to who sends it as a bearer token: for Prometheus on another machine.',
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
  /** On 127.0.0.1, without a token; undefined: there is none. */
  readonly port: number | undefined;
}

export function toMetricsConfig(
  env: ValuesOf<typeof METRICS_SETTINGS> & { readonly PORT: number },
  dataDir: string,
): MetricsConfig {
  // A relay on a free port is one of several, which would all want the same second one.
  const { METRICS_PORT = env.PORT === 0 ? 'off' : DEFAULT_METRICS_PORT } = env;
  return {
    isOn: env.ENABLE_METRICS,
    savePath: resolve(env.METRICS_SAVE_PATH ?? join(dataDir, 'metrics.jsonl')),
    intervalMs: env.METRICS_COLLECTION_INTERVAL * 1_000,
    memoryLimitBytes:
      env.MEMORY_LIMIT_MB === undefined ? undefined : env.MEMORY_LIMIT_MB * 1024 * 1024,
    token: env.METRICS_TOKEN,
    port: METRICS_PORT === 'off' ? undefined : METRICS_PORT,
  };
}
