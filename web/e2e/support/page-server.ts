import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { TAP_WORKLET } from './tap-worklet.ts';

/** The relay's policy for its page: what would not run there must not run here. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.bin': 'application/octet-stream',
};

export interface PageServer extends AsyncDisposable {
  /** `http://localhost:PORT` */
  readonly origin: string;
  readonly server: Server;
}

/**
 * Serves a built page from `root` on a free port, with the relay's content security policy.
 *
 * @param api - takes requests below `/api`; WebSockets are left to listeners of `server`
 * @param beforeWorker - runs in the media worker, before anything of it
 */
export async function servePage(
  root: string,
  api?: (request: IncomingMessage, response: ServerResponse) => void,
  beforeWorker?: () => void,
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (api !== undefined && pathname.startsWith('/api/')) return api(request, response);
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    if (pathname === '/tap.worklet.js') {
      response.setHeader('content-type', TYPES['.js']!);
      response.end(TAP_WORKLET);
      return;
    }
    if (beforeWorker !== undefined && pathname.includes('/media.worker-')) {
      response.setHeader('content-type', TYPES['.js']!);
      response.end(
        `(${String(beforeWorker)})();\n${readFileSync(join(root, normalize(pathname)), 'utf8')}`,
      );
      return;
    }
    if (sendFile(response, root, pathname)) return;
    response.statusCode = 404;
    response.end();
  });
  return listen(server);
}

/** @returns whether there is such a file */
export function sendFile(response: ServerResponse, root: string, pathname: string): boolean {
  const path = join(root, normalize(pathname === '/' ? '/index.html' : pathname));
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
  createReadStream(path).pipe(response);
  return true;
}

/** Listens on a free port of this machine. */
export async function listen(server: Server): Promise<PageServer> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    server,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
