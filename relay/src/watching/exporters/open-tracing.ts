import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { TracesConfig } from '../../base/config/log-settings.ts';
import { systemClock } from '../../base/lib/clock.ts';
import { withDeadline } from '../../base/lib/deadline.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { CallTracer } from './call-tracer.ts';
import { NamedIds } from './named-ids.ts';
import { RequestTracer } from './request-tracer.ts';

/** Spans that wait to be sent; those beyond it are left out. */
const MAX_QUEUED_SPANS = 2_048;
const MAX_BATCH_SPANS = 256;
const SEND_INTERVAL_MS = 2_000;
/** How long a relay that stops may take to send the rest. */
const LAST_SEND_MS = 2_000;
/** For one batch, with its retries. */
const SEND_DEADLINE_MS = 5_000;

export interface Tracing extends AsyncDisposable {
  readonly tracer: CallTracer;
  readonly requests: RequestTracer;
}

/** Sends the traces of calls over OTLP/HTTP, as JSON. This module is loaded only if that is wanted. */
export function openTracing(options: {
  readonly config: TracesConfig;
  readonly version: string;
  readonly logger: Logger;
}): Tracing {
  const { config, version, logger } = options;
  const { url, headers, serviceName } = config;
  const exporter = new OTLPTraceExporter({
    url,
    headers,
    timeoutMillis: SEND_DEADLINE_MS,
    concurrencyLimit: 2,
  });
  const ids = new NamedIds();
  const provider = new TracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: saying(exporter, logger),
        maxQueueSize: MAX_QUEUED_SPANS,
        maxExportBatchSize: MAX_BATCH_SPANS,
        scheduledDelayMillis: SEND_INTERVAL_MS,
        exportTimeoutMillis: SEND_DEADLINE_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('parley', version);
  return {
    tracer: new CallTracer(tracer, ids),
    requests: new RequestTracer(tracer, ids),
    async [Symbol.asyncDispose]() {
      const late = () => new Error('The collector takes too long.');
      await withDeadline(provider.shutdown(), LAST_SEND_MS, systemClock, late).catch(() => {});
    },
  };
}

/** Says in the log when traces can no longer be sent, and when they can again. */
function saying(exporter: OTLPTraceExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        // Its words may hold what the other side answered.
        if (hasFailed && !isFailing) logger.warn({ type: result.error?.name }, 'traces are lost');
        if (!hasFailed && isFailing) logger.info('traces are sent again');
        isFailing = hasFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
