import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { BEARER_SUBPROTOCOL_PREFIX, LOG_PATHS, LOG_SUBPROTOCOL } from '@parley/shared';
import { LogWatch } from './log-watch.ts';

/** A client that follows the relay's log. */
export class LogTailClient implements Disposable {
  readonly socket: WebSocket;
  readonly messages = new LogWatch();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.messages.add((data as Buffer).toString('utf8')));
  }

  /** Opens a tail and waits until it shows lines; `query` is its first filter. */
  static async open(relayUrl: string, token: string, query = ''): Promise<LogTailClient> {
    const client = new LogTailClient(connect(relayUrl, token, { query }));
    await client.messages.until('{"filter":');
    return client;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

/** @returns the HTTP status with which the upgrade is refused */
export async function refusalOf(
  relayUrl: string,
  token: string | undefined,
  options: ClientOptions & { readonly query?: string } = {},
): Promise<number | undefined> {
  const socket = connect(relayUrl, token, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode?: number; destroy(): void },
  ];
  response.destroy();
  return response.statusCode;
}

function connect(
  relayUrl: string,
  token: string | undefined,
  { query = '', ...options }: ClientOptions & { readonly query?: string },
): WebSocket {
  const bearer =
    token === undefined
      ? []
      : [BEARER_SUBPROTOCOL_PREFIX + Buffer.from(token).toString('base64url')];
  const address = new URL(LOG_PATHS.tail + query, relayUrl.replace('http', 'ws'));
  return new WebSocket(address, [LOG_SUBPROTOCOL, ...bearer], {
    perMessageDeflate: false,
    ...options,
  });
}
