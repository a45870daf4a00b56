import {
  createServer,
  STATUS_CODES,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { API_PATHS, type ErrorCode } from '@parley/shared';
import { newId } from '../base/lib/ids.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import { ConnectionCounter } from '../people/limits/limiter.ts';
import { withoutBase } from './base-path.ts';
import { problemBody } from './problem.ts';
import type { TlsFiles } from './tls-files.ts';

/** The statuses that Node's own server gives to what it cannot read; anything else is a 400. */
const STATUS_BY_ERROR: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** The connection ended within a request, so there is nothing to refuse. */
const CLIENT_GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'HPE_INVALID_EOF_STATE']);

/** How long a connection may keep the server waiting, ms. WebSockets have deadlines of their own. */
export interface ServerPatience {
  /** From the connection, or the end of the last request, to the end of a request's headers. */
  readonly headersMs: number;
  /** The same, to the end of the request's body. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction, e.g. if the client does not read its answer. */
  readonly idleMs: number;
  /** How often headers and bodies are looked at: each may take as much longer. */
  readonly checkMs: number;
}

/** A request is a few hundred bytes: a client that needs longer does not want an answer. */
const PATIENCE: ServerPatience = {
  headersMs: 10_000,
  requestMs: 20_000,
  keepAliveMs: 5_000,
  idleMs: 30_000,
  checkMs: 1_000,
};

/** A flood of refused connections is one line of the log in each interval. */
const DROPS_LOG_INTERVAL_MS = 10_000;

/** A session's WebSocket, the one beside it, and one that replaces it or the page's own requests. */
const CONNECTIONS_PER_SESSION = 3;
/** For pages that are only looked at, health checks and the operator. */
const SPARE_CONNECTIONS = 200;

/** How many connections a relay needs for so many sessions. */
export function connectionsFor(sessions: number): number {
  return CONNECTIONS_PER_SESSION * sessions + SPARE_CONNECTIONS;
}

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** More connections than these are closed at once. */
  readonly maxConnections: number;
  /** How many of them this address may have. */
  readonly maxOfAddress: (address: string) => number;
  readonly patience?: ServerPatience;
  /** The path that the relay stands below, `/` if none. */
  readonly basePath?: string;
  /** undefined: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
}

/** What answers requests; it is given Node's own beside each. */
export type RequestHandler = Pick<Hono<{ Bindings: HttpBindings }>, 'fetch'>;

/** The HTTP server of `app`. What does not become a request of `app` is refused and logged too. */
export function createHttpServer(app: RequestHandler, options: HttpServerOptions): Server {
  const { logger, refusals, tls, patience = PATIENCE, basePath = '/' } = options;
  const refused = (
    status: number,
    reason: string | undefined,
    by?: Duplex,
    code: ErrorCode = 'invalid_request',
  ) => {
    const requestId = newId('req');
    const fields = { requestId, status, code, reason };
    refusals.write((by as Socket | undefined)?.remoteAddress, fields, 'request refused');
    return problemBody(code, requestId);
  };
  const listener = getRequestListener(app.fetch, {
    // Only to read the address of a request that names no host: `app` refuses it.
    hostname: 'localhost',
    // `app` answers its own errors, so these are requests without a usable host or address.
    errorHandler: (error) => {
      if (!(error instanceof RequestError)) {
        logger.error({ err: error }, 'request failed unexpectedly');
        return new Response(null, { status: 500 });
      }
      const body = refused(400, error.message);
      return Response.json(body, {
        status: 400,
        headers: { 'X-Request-Id': body.error.request_id },
      });
    },
  });
  const serverOptions: ServerOptions = {
    // Node itself would refuse a request without a host, with no event to log it by.
    requireHostHeader: false,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.keepAliveMs,
    connectionsCheckingInterval: patience.checkMs,
    // Some clients, Java's among them, offer HTTP/2 with every request. A server without it answers
    // in HTTP/1.1 (RFC 9110 §7.8); Node alone would take each offer for a WebSocket.
    shouldUpgradeCallback: ({ url, headers }) =>
      headers.upgrade?.toLowerCase() === 'websocket' ||
      withoutBase(url!, basePath) === API_PATHS.realtime,
  };
  const answer = (...[request, response]: Parameters<typeof listener>) => {
    request.url = withoutBase(request.url!, basePath);
    void listener(request, response);
  };
  const server =
    tls === undefined
      ? createServer(serverOptions, answer)
      : tlsServer(tls, { ...serverOptions, handshakeTimeout: patience.headersMs }, answer);
  server.maxConnections = options.maxConnections;
  server.setTimeout(patience.idleMs);
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
      // Plain HTTP, or a phone that does not know the authority. Words would need a common key.
      refused(400, code, socket);
      return void socket.destroy();
    }
    const hasAsked = (socket as Socket).bytesRead > 0;
    // Browsers open connections ahead of need; one that was not used has nothing to be refused.
    if (CLIENT_GONE.has(code) || !socket.writable || !hasAsked) return void socket.destroy();
    const status = STATUS_BY_ERROR[code] ?? 400;
    endWith(socket, status, refused(status, code, socket));
  });
  const connections = new ConnectionCounter();
  // Before the server's own listener, which would wait for a request.
  server.prependListener('connection', (socket) => {
    const { remoteAddress = 'unknown' } = socket;
    const close = connections.open(remoteAddress, options.maxOfAddress(remoteAddress));
    if (close !== undefined) return void socket.once('close', close);
    socket.on('error', () => socket.destroy());
    endWith(socket, 429, refused(429, 'address-connections', socket, 'rate_limited'));
  });
  // Without a listener Node answers these two itself, and leaves no line.
  server.on('checkExpectation', ({ socket }) =>
    endWith(socket, 417, refused(417, 'unknown expectation', socket)),
  );
  server.on('connect', (_request, socket) =>
    endWith(socket, 400, refused(400, 'not a proxy', socket)),
  );
  logDrops(server, logger);
  // Before that it is a failure to listen, which the caller reports.
  server.once('listening', () => {
    // One connection that could not be accepted, e.g. for want of a descriptor, is not the server's end.
    server.on('error', (err) => refusals.write(undefined, { err }, 'connection not accepted'));
  });
  return server;
}

function tlsServer(
  tls: TlsFiles,
  options: ServerOptions & { readonly handshakeTimeout: number },
  answer: RequestListener,
): Server {
  const server = createTlsServer({ ...options, ...tls.credentials }, answer);
  tls.watch(server);
  return server;
}

/** Answers on the socket itself and closes it. */
export function endWith(
  socket: Duplex,
  status: number,
  body: ReturnType<typeof problemBody>,
  headers: readonly string[] = [],
): void {
  // An HTTP server's sockets stay half open for as long as the other side likes.
  socket.once('finish', () => socket.destroy());
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `X-Request-Id: ${body.error.request_id}`,
    ...headers,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

function logDrops(server: Server, logger: Logger): void {
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  const log = () => {
    logger.warn({ dropped, maxConnections: server.maxConnections }, 'connections dropped');
    dropped = 0;
    timer = undefined;
  };
  server.on('drop', () => {
    dropped += 1;
    timer ??= setTimeout(log, DROPS_LOG_INTERVAL_MS).unref();
  });
}
