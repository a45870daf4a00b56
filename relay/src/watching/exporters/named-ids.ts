import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace';

interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Ids of spans: those that are named for the span that starts next, else random ones. */
export class NamedIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: SpanIds | undefined;

  /** The spans that `start` starts have these ids. */
  use<T>(ids: SpanIds, start: () => T): T {
    this.#next = ids;
    try {
      return start();
    } finally {
      this.#next = undefined;
    }
  }

  generateTraceId(): string {
    return this.#next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#next?.spanId ?? this.#random.generateSpanId();
  }
}
