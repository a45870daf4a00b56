import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';

/** The statuses that Node's own server gives to what it cannot read; anything else is a 400. */
const STATUS_BY_ERROR: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** The connection ended within a request, so there is nothing to refuse. */
const CLIENT_GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'HPE_INVALID_EOF_STATE']);

/** The HTTP server of `app`. What does not become a request of `app` is refused and logged too. */
export function createHttpServer(app: Hono, logger: Logger): Server {
  const refused = (status: number, reason: string | undefined): string => {
    const requestId = newId('req');
    logger.info({ requestId, status, code: 'invalid_request', reason }, 'request refused');
    return requestId;
  };
  const listener = getRequestListener(app.fetch, {
    // `app` answers its own errors, so these are requests without a usable host or address.
    errorHandler: (error) => {
      if (!(error instanceof RequestError)) {
        logger.error({ err: error }, 'request failed unexpectedly');
        return new Response(null, { status: 500 });
      }
      const requestId = refused(400, error.message);
      return new Response(null, { status: 400, headers: { 'X-Request-Id': requestId } });
    },
  });
  // Node itself would refuse a request without a host, with no event to log it by.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    void listener(request, response);
  });
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    if (CLIENT_GONE.has(code) || !socket.writable) return void socket.destroy();
    const status = STATUS_BY_ERROR[code] ?? 400;
    endWith(socket, status, refused(status, code));
  });
  return server;
}

/** Answers on the socket itself and closes it. */
export function endWith(
  socket: Duplex,
  status: number,
  requestId: string,
  headers: readonly string[] = [],
): void {
  // An HTTP server's sockets stay half open for as long as the other side likes.
  socket.once('finish', () => socket.destroy());
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `X-Request-Id: ${requestId}`,
    ...headers,
    'Connection: close',
    'Content-Length: 0',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
}
