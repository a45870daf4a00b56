import { json, text } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { API_PATHS, BEARER_SUBPROTOCOL_PREFIX, LOG_PATHS, LOG_SUBPROTOCOL } from '@parley/shared';
import { serveHttp } from '../../test/support/http-server.ts';
import { serve } from '../process/serve.ts';
import type { TelemetryAddresses, TelemetryFigures, TelemetryHandlers } from './telemetry.ts';

/** Three times as often as Prometheus reads by default. */
const SCRAPE_MS = 10_000;
const SCRAPE_DEADLINE_MS = 5_000;

interface Traces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[];
  }[];
}

const received = { spans: 0, reports: 0, scrapes: 0, logLines: 0 };

/** A collector of OpenTelemetry and a Sentry, behind one address. */
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/v1/traces') {
    const { resourceSpans } = (await json(request)) as Traces;
    for (const { spans } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
      received.spans += spans.length;
    }
  } else {
    await text(request);
    received.reports++;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

async function scrape(url: string, adminToken: string): Promise<void> {
  const response = await fetch(`${url}${API_PATHS.prometheus}`, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(SCRAPE_DEADLINE_MS),
  });
  await response.text();
  if (response.ok) received.scrapes++;
}

function followLog(url: string, adminToken: string): Promise<void> {
  const token = Buffer.from(adminToken).toString('base64url');
  const address = new URL(LOG_PATHS.tail, url.replace('http', 'ws'));
  const socket = new WebSocket(address, [LOG_SUBPROTOCOL, BEARER_SUBPROTOCOL_PREFIX + token], {
    perMessageDeflate: false,
  });
  socket.on('message', () => received.logLines++);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    // Later ones are followed by a close: the relay has ended.
    socket.on('error', reject);
  });
}

const handlers = {
  async listen(): Promise<TelemetryAddresses> {
    const { url } = await serveHttp((request, response) => void take(request, response));
    return {
      otlpUrl: url,
      sentryDsn: `${url.replace('://', '://bench@')}/1`,
      adminToken: randomBytes(32).toString('hex'),
    };
  },
  async read({ url, adminToken }) {
    await followLog(url, adminToken);
    await scrape(url, adminToken);
    // At the end of the run the relay may have stopped.
    setInterval(() => void scrape(url, adminToken).catch(() => {}), SCRAPE_MS);
  },
  received: (): TelemetryFigures => received,
} satisfies TelemetryHandlers;

serve(handlers);
