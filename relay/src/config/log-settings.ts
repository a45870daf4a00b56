import { resolve } from 'node:path';
import { z } from 'zod';
import { splitList, whole } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

const headerList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(z.string().regex(/^[\w!#$%&'*+.^`|~-]+=(%[\da-f]{2}|[^%\p{Cc}])*$/iu)))
  .transform((entries) =>
    Object.fromEntries(
      entries.map((entry) => {
        const end = entry.indexOf('=');
        return [entry.slice(0, end).trim(), decodeURIComponent(entry.slice(end + 1).trim())];
      }),
    ),
  );

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
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(z.url({ protocol: /^https?$/ }).optional(), {
    type: 'http or https URL',
    about:
      'Sends traces of calls to this OpenTelemetry collector, over OTLP/HTTP as JSON, at `/v1/traces` below it: see [Traces](operations.md#traces).',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting(headerList, {
    type: 'comma-separated list of `name=value`',
    about: 'Headers that the collector wants, such as a key; values may be percent-encoded.',
    isSecret: true,
  }),
  OTEL_SERVICE_NAME: setting(z.string().min(1).max(255).default('parley'), {
    type: 'text',
    default: 'parley',
    about: 'What the relay is called in its traces.',
  }),
} as const;

export interface LogFileConfig {
  readonly path: string;
  readonly maxBytes: number;
  /** Earlier files beside the present one. */
  readonly kept: number;
}

export interface TracesConfig {
  /** Where spans are posted to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

export interface LogConfig {
  /** undefined: standard error alone. */
  readonly file: LogFileConfig | undefined;
  /** undefined: calls are not traced. */
  readonly traces: TracesConfig | undefined;
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
    traces:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : {
            url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`,
            headers: env.OTEL_EXPORTER_OTLP_HEADERS,
            serviceName: env.OTEL_SERVICE_NAME,
          },
  };
}
