import type { Config } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { LogTap } from '../../base/lib/log-tap.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { CallLog } from '../logs/call-log.ts';
import type { SessionTraces } from '../logs/session-fields.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import type { PageReports } from './page-reports.ts';
import type { RequestTraces } from './request-tracer.ts';

/** The observers of calls for the operator: the log, and what is configured beside it. */
export interface Exporters extends AsyncDisposable {
  readonly observers: readonly CallObserver[];
  /** undefined: sessions are not traced. */
  readonly traces: SessionTraces | undefined;
  /** undefined: requests are not either. */
  readonly requestTraces: RequestTraces | undefined;
  /** undefined: pages report nothing. */
  readonly pageReports: PageReports | undefined;
}

export interface ExportersOptions {
  readonly config: Pick<Config, 'log'>;
  readonly version: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What `logger` writes to; without it no line is reported. */
  readonly logTap?: LogTap;
}

/** Loads what is configured, and nothing else. */
export async function openExporters(options: ExportersOptions): Promise<Exporters> {
  const { version, logger, clock, logTap: tap } = options;
  const { traces, sentry, pageSentry } = options.config.log;
  const tracing =
    traces && (await import('./open-tracing.ts')).openTracing({ config: traces, version, logger });
  const reporting =
    sentry &&
    (await import('./open-reporting.ts')).openReporting({
      config: sentry,
      version,
      clock,
      logger,
      tap,
    });
  const pageReports =
    pageSentry &&
    new (await import('./page-reports.ts')).PageReports({
      config: pageSentry,
      version,
      clock,
      logger,
      traces: tracing?.tracer,
    });
  return {
    observers: [
      new CallLog(logger, tracing?.tracer),
      ...(tracing ? [tracing.tracer] : []),
      ...(reporting ? [reporting.reports] : []),
    ],
    traces: tracing?.tracer,
    requestTraces: tracing?.requests,
    pageReports,
    async [Symbol.asyncDispose]() {
      pageReports?.[Symbol.dispose]();
      await Promise.all([tracing?.[Symbol.asyncDispose](), reporting?.[Symbol.asyncDispose]()]);
    },
  };
}
