import { createServer, request as forwardTo, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { TAP_WORKLET } from '../../support/tap-worklet.ts';

/** The network between page and relay, which can be lost and come back. */
export interface NetworkProxy extends AsyncDisposable {
  /** `http://localhost:PORT`: the page's address, which outlives a relay. */
  readonly origin: string;
  /** How many connections the other end did not take. */
  readonly refusals: number;
  /** WebSockets that are open. */
  readonly openSockets: number;
  /** Bytes of voice that came over WebSockets, with the headers of messages. */
  voiceBytes(): number;
  /** Ends every connection, as a network that drops does. New ones are possible at once. */
  cut(): void;
  /** The port that connections lead to from now on. */
  routeTo(port: number): void;
}

/**
 * Passes everything on to the relay at `port` as it is, and answers for one file of its own: the
 * tap's worklet, which the page's policy only lets come from the page's own origin.
 */
export async function startNetworkProxy(port: number): Promise<NetworkProxy> {
  let target = port;
  let refusals = 0;
  let open = 0;
  const received: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A reset is what this is for.
    socket.on('error', () => {});
  };
  const server = createServer((request, response) => {
    if (request.url === '/tap.worklet.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(TAP_WORKLET);
      return;
    }
    const { method, url, headers } = request;
    const forwarded = forwardTo({ port: target, host: '127.0.0.1', method, path: url, headers });
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode!, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on('error', () => {
      refusals += 1;
      response.destroy();
    });
    response.once('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.on('connection', keep);
  server.on('upgrade', (request: IncomingMessage, near: Socket, head: Buffer) => {
    const far = connect(target, '127.0.0.1');
    keep(far);
    far.on('error', () => {
      refusals += 1;
    });
    const chunks: Buffer[] = [];
    received.push(chunks);
    far.on('data', (chunk: Buffer) => chunks.push(chunk));
    far.write(`${headOf(request)}\r\n\r\n`);
    far.write(head);
    near.pipe(far).pipe(near);
    far.once('close', () => near.destroy());
    open += 1;
    near.once('close', () => {
      open -= 1;
      far.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    get refusals() {
      return refusals;
    },
    get openSockets() {
      return open;
    },
    voiceBytes: () => received.reduce((sum, chunks) => sum + binaryBytes(Buffer.concat(chunks)), 0),
    cut,
    routeTo(next) {
      target = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let n = 0; n < rawHeaders.length; n += 2) {
    lines.push(`${rawHeaders[n]}: ${rawHeaders[n + 1]}`);
  }
  return lines.join('\r\n');
}

/** Of what a server sent over a WebSocket (RFC 6455 §5.2): not masked, and in one piece. */
function binaryBytes(stream: Buffer): number {
  let sum = 0;
  for (let at = stream.indexOf('\r\n\r\n') + 4; at + 10 <= stream.length;) {
    const [isBinary, short] = [(stream[at]! & 0x0f) === 2, stream[at + 1]! & 0x7f];
    const [header, length] =
      short < 126 ? [2, short] : short === 126 ? [4, stream.readUInt16BE(at + 2)] : [10, 0];
    const size = header === 10 ? 10 + Number(stream.readBigUInt64BE(at + 2)) : header + length;
    if (isBinary) sum += size;
    at += size;
  }
  return sum;
}
