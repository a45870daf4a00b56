import { text } from 'node:stream/consumers';
import { serveHttp } from './http-server.ts';
import { LogWatch } from './log-watch.ts';

export interface SentryEvent {
  readonly event_id: string;
  readonly level: string;
  readonly environment: string;
  readonly release: string;
  readonly message: { readonly formatted: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly exception?: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly stacktrace: { readonly frames: readonly { readonly filename: string }[] };
    }[];
  };
}

/** Takes error reports as Sentry does. */
export class SentryServer implements Disposable {
  /** Whole requests, with their headers: to look for what must not be in them. */
  readonly requests = new LogWatch();
  readonly events: SentryEvent[] = [];
  dsn = '';
  /** What it answers with; 0: nothing at all. */
  status = 200;
  #close = () => {};

  static async start(): Promise<SentryServer> {
    const sentry = new SentryServer();
    const server = await serveHttp(async (request, response) => {
      const body = await text(request);
      const isEnvelope = request.url === '/below/api/42/envelope/';
      const hasKey = request.headers['x-sentry-auth']?.includes('sentry_key=abc123') === true;
      if (isEnvelope && hasKey && sentry.status === 200) {
        const [, kind, event] = body.split('\n').map((line) => (line ? JSON.parse(line) : {}));
        if (kind.type === 'event') sentry.events.push(event as SentryEvent);
      }
      sentry.requests.add(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      if (sentry.status === 0) return;
      response.writeHead(isEnvelope && hasKey ? sentry.status : 403, { 'retry-after': '60' });
      response.end('{}');
    });
    sentry.dsn = `${server.url.replace('://', '://abc123@')}/below/42`;
    sentry.#close = () => server.close();
    return sentry;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
