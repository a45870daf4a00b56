import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { outsideBoundaries } from '../../base/lib/error-boundary.ts';
import { spanIdOf, traceIdOf } from '../../base/lib/ids.ts';
import type { NamedIds } from './named-ids.ts';

/** A request that was answered with an error. */
export interface RefusedRequest {
  readonly requestId: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  /** Of `ERRORS`; undefined if the answer has none. */
  readonly code: string | undefined;
  /** ms since 1970. */
  readonly beganAtMs: number;
}

/** The traces of requests that belong to no call. */
export interface RequestTraces {
  traceIdOf(requestId: string): string;
  refused(request: RefusedRequest): void;
}

/** Makes a trace of each refused request: one span, so that its id leads somewhere. */
export class RequestTracer implements RequestTraces {
  readonly #tracer: Tracer;
  readonly #ids: NamedIds;

  /** @param ids - which `tracer` gets its ids from */
  constructor(tracer: Tracer, ids: NamedIds) {
    this.#tracer = tracer;
    this.#ids = ids;
  }

  traceIdOf(requestId: string): string {
    return traceIdOf(requestId);
  }

  refused({ requestId, method, path, status, code, beganAtMs }: RefusedRequest): void {
    const ids = { traceId: traceIdOf(requestId), spanId: spanIdOf(requestId) };
    const attributes = {
      'http.request.method': method,
      'url.path': path,
      'http.response.status_code': status,
      'error.type': code ?? String(status),
      'parley.request.id': requestId,
    };
    // The later export of spans is not the request's work.
    outsideBoundaries(() => {
      const span = this.#ids.use(ids, () =>
        this.#tracer.startSpan(
          method,
          { kind: SpanKind.SERVER, startTime: beganAtMs, attributes },
          ROOT_CONTEXT,
        ),
      );
      // By OpenTelemetry's conventions a client's mistake is not an error of the server.
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
  }
}
