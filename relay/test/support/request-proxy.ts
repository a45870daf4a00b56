import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What becomes of a request: it or its answer does not get through, or it goes on without its
 * token, as to a relay that does not know it; undefined: it passes.
 */
export type RequestFate = 'request lost' | 'answer lost' | 'unknown' | undefined;

/** A proxy that passes requests on, and no WebSocket. */
export class RequestProxy implements AsyncDisposable {
  /** Of all that were passed on. */
  readonly paths: string[] = [];
  /** From a request to its way on, and from an answer to its way back, ms. */
  delayMs = 0;
  fateOf: (path: string) => RequestFate = () => undefined;
  /** Where the next request goes. */
  target: (path: string) => string;
  readonly #server = createServer(async (request, response) => {
    const { method, headers, url: path } = request;
    const fate = this.fateOf(path!);
    if (fate === 'unknown') delete headers.authorization;
    this.paths.push(path!);
    if (this.delayMs > 0) await sleep(this.delayMs);
    if (fate === 'request lost') return void request.socket.destroy();
    const asked = httpRequest(
      new URL(path!, this.target(path!)),
      { method, headers },
      async (answer) => {
        if (this.delayMs > 0) await sleep(this.delayMs);
        if (fate === 'answer lost') return void request.socket.destroy();
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    asked.on('error', () => request.socket.destroy());
    response.on('close', () => asked.destroy());
    request.pipe(asked);
  });

  private constructor(target: RequestProxy['target']) {
    this.target = target;
    this.#server.on('upgrade', (_request, socket) => socket.destroy());
  }

  static async to(target: string | RequestProxy['target']): Promise<RequestProxy> {
    const proxy = new RequestProxy(typeof target === 'string' ? () => target : target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
