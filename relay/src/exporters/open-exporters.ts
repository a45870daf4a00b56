import type { LogConfig } from '../config/log-settings.ts';
import type { Logger } from '../lib/logger.ts';
import { CallLog } from '../logs/call-log.ts';
import type { SessionTraces } from '../logs/session-fields.ts';
import type { CallObserver } from '../turn/call-observers.ts';

/** What learns of calls for those who run the relay: the log, and what is configured beside it. */
export interface Exporters extends AsyncDisposable {
  readonly observers: readonly CallObserver[];
  /** undefined: sessions are not traced. */
  readonly traces: SessionTraces | undefined;
}

/** Loads what is configured, and nothing else. */
export async function openExporters(options: {
  readonly config: LogConfig;
  readonly version: string;
  readonly logger: Logger;
}): Promise<Exporters> {
  const { config, version, logger } = options;
  const tracing =
    config.traces &&
    (await import('./open-tracing.ts')).openTracing({ config: config.traces, version, logger });
  return {
    observers: [new CallLog(logger, tracing?.tracer), ...(tracing ? [tracing.tracer] : [])],
    traces: tracing?.tracer,
    async [Symbol.asyncDispose]() {
      await tracing?.[Symbol.asyncDispose]();
    },
  };
}
