import { resolve } from 'node:path';
import { z } from 'zod';
import { splitList, whole } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

const headerList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(z.string().refine(isHeader)))
  .transform((entries) =>
    Object.fromEntries(
      entries.map((entry) => {
        const end = entry.indexOf('=');
        return [entry.slice(0, end).trim(), decodeURIComponent(entry.slice(end + 1).trim())];
      }),
    ),
  );

/** Whether it is `name=value`, percent-encoded (W3C Baggage, as OpenTelemetry reads it). */
function isHeader(entry: string): boolean {
  if (!/^[\w!#$%&'*+.^`|~-]+ *=\P{Cc}*$/u.test(entry)) return false;
  try {
    return !/\p{Cc}/u.test(decodeURIComponent(entry));
  } catch {
    return false;
  }
}

/** `https://key@host/project`; a path may precede the project. */
const dsn = z.url({ protocol: /^https?$/ }).refine((url) => {
  if (!URL.canParse(url)) return false;
  const { username, pathname, search } = new URL(url);
  return /^\w+$/.test(username) && /\/\d+$/.test(pathname) && search === '';
});

/** What leaves the relay for its operators, beside its log on standard error. */
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
    about: "The relay's name in its traces.",
  }),
  SENTRY_DSN: setting(dsn.optional(), {
    type: 'URL with a key, as Sentry shows it',
    about:
      'Reports errors, failures of providers and used-up budgets to this project of Sentry, without a word of what is said: see [Error reports](operations.md#error-reports).',
    isSecret: true,
  }),
  SENTRY_PAGE_DSN: setting(dsn.optional(), {
    type: 'URL with a key, as Sentry shows it',
    about:
      'Reports errors of the page to this project of Sentry, by way of the relay and without a word of what is said: see [Error reports](operations.md#error-reports). It may be that of `SENTRY_DSN`. Every visitor of the page can read it.',
  }),
  SENTRY_ENVIRONMENT: setting(
    z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .default('production'),
    {
      type: 'word',
      default: 'production',
      about: 'What Sentry calls this installation.',
    },
  ),
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

export interface SentryConfig {
  /** Where envelopes are posted to. */
  readonly url: string;
  readonly key: string;
  readonly environment: string;
}

/** The project that pages report to, by way of the relay. */
export interface PageSentryConfig extends SentryConfig {
  /** The DSN that pages are given. */
  readonly dsn: string;
}

export interface LogConfig {
  /** undefined: standard error alone. */
  readonly file: LogFileConfig | undefined;
  /** undefined: calls are not traced. */
  readonly traces: TracesConfig | undefined;
  /** undefined: errors are only logged. */
  readonly sentry: SentryConfig | undefined;
  /** undefined: pages report nothing. */
  readonly pageSentry: PageSentryConfig | undefined;
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
    sentry:
      env.SENTRY_DSN === undefined
        ? undefined
        : { ...projectOf(env.SENTRY_DSN), environment: env.SENTRY_ENVIRONMENT },
    pageSentry:
      env.SENTRY_PAGE_DSN === undefined
        ? undefined
        : {
            ...projectOf(env.SENTRY_PAGE_DSN),
            dsn: publicDsn(env.SENTRY_PAGE_DSN),
            environment: env.SENTRY_ENVIRONMENT,
          },
  };
}

/** Where the envelopes of a project go, and by which key. */
function projectOf(address: string): Pick<SentryConfig, 'url' | 'key'> {
  const { protocol, host, pathname, username: key } = new URL(address);
  const projectAt = pathname.lastIndexOf('/') + 1;
  const path = pathname.slice(0, projectAt);
  return { url: `${protocol}//${host}${path}api/${pathname.slice(projectAt)}/envelope/`, key };
}

/** Without the secret that old projects have beside the key, as Sentry's library writes it. */
function publicDsn(address: string): string {
  const { protocol, host, pathname, username } = new URL(address);
  return `${protocol}//${username}@${host}${pathname}`;
}
