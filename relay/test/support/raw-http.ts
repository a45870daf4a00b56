import { connect, type Socket } from 'node:net';
import { SUBPROTOCOL } from '@parley/shared';

/**
 * Sends bytes as they are and resolves with all that came back until the server closed, or until
 * `isEnough` of it did.
 */
export async function rawRequest(
  relayUrl: string,
  request: string,
  isEnough: (answer: string) => boolean = () => false,
): Promise<string> {
  const { hostname, port } = new URL(relayUrl);
  // Half open: the server has to close, however long this side would stay.
  const socket: Socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  try {
    socket.write(request);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      answer += chunk as string;
      if (isEnough(answer)) break;
    }
    return answer;
  } finally {
    socket.destroy();
  }
}

/** An upgrade request that would be accepted, but for what `change` makes of it. */
export function upgradeRequest(
  relayUrl: string,
  change: { readonly target?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): string {
  const headers = {
    Host: new URL(relayUrl).host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': SUBPROTOCOL,
    ...change.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${change.target ?? '/api/v1/realtime'} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
