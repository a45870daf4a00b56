import { json } from 'node:stream/consumers';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { serveHttp } from './http-server.ts';

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
}

export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

const valueOf = (value: OtlpValue): unknown =>
  value.arrayValue?.values.map(valueOf) ?? Object.values(value)[0];

const attributesOf = (attributes: readonly OtlpAttribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

/** A collector of OpenTelemetry: takes spans over OTLP/HTTP as JSON. */
export class OtlpCollector implements Disposable {
  readonly spans: ReceivedSpan[] = [];
  /** Each request as it came, to look for what must not be in it. */
  readonly bodies: string[] = [];
  readonly headers: Readonly<Record<string, unknown>>[] = [];
  url = '';
  #close = () => {};
  readonly #waiting = new Set<() => void>();

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    const server = await serveHttp(async (request, response) => {
      const body = (await json(request)) as OtlpRequest;
      if (request.url !== '/v1/traces') return void response.writeHead(404).end();
      collector.bodies.push(JSON.stringify(body));
      collector.headers.push(request.headers);
      for (const { resource, scopeSpans } of body.resourceSpans) {
        for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
          collector.spans.push({
            ...span,
            attributes: attributesOf(span.attributes),
            resource: attributesOf(resource.attributes),
          });
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      for (const wake of collector.#waiting) wake();
    });
    collector.url = server.url;
    collector.#close = () => server.close();
    return collector;
  }

  /** Resolves with the first span of this name. */
  async until(name: string): Promise<ReceivedSpan> {
    const found = Promise.withResolvers<ReceivedSpan>();
    const wake = () => {
      const span = this.spans.find((candidate) => candidate.name === name);
      if (span !== undefined) found.resolve(span);
    };
    this.#waiting.add(wake);
    wake();
    const names = () => this.spans.map((span) => span.name).join(', ');
    const late = () => new Error(`No span "${name}" among: ${names()}`);
    try {
      return await withDeadline(found.promise, 15_000, systemClock, late);
    } finally {
      this.#waiting.delete(wake);
    }
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
