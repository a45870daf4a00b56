import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page of somebody else's, of another site than the relay: `localhost` is not `127.0.0.1`. */
export interface HostPage extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The next answer. */
  body: string;
  headers: Readonly<Record<string, string>>;
}

export async function serveHostPage(): Promise<HostPage> {
  const answer: { body: string; headers: Readonly<Record<string, string>> } = {
    body: '',
    headers: {},
  };
  const server = createServer(({ url }, response) => {
    response.setHeaders(new Map(Object.entries(answer.headers)));
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.statusCode = url === '/' ? 200 : 404;
    response.end(url === '/' ? answer.body : '');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return Object.assign(answer, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
