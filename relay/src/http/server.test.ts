import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { FakeClock } from '../base/lib/clock.fake.ts';
import { RefusalLog } from '../base/lib/refusal-log.ts';
import { createHttpServer, type ServerPatience } from './server.ts';

/** A test shortens the deadline that it waits for; no other may pass, however busy the machine is. */
const PATIENT = {
  headersMs: 60_000,
  requestMs: 60_000,
  keepAliveMs: 25,
  idleMs: 60_000,
  checkMs: 5,
};
const IDLE_MS = 75;
/** Far above what any of these may take, and far below the deadlines above. */
const DEADLINE_MS = 10_000;
/** More than the buffers of both sides hold. */
const LARGE = 'x'.repeat(8 * 1_024 * 1_024);
const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

let logged: string[];
let sockets: Socket[];
let stop: () => void;
let port: number;
let server: Server;
async function serve(patience: Partial<ServerPatience> = {}): Promise<void> {
  logged = [];
  sockets = [];
  const app = new Hono();
  app.get('/', (c) => c.text('here'));
  app.get('/large', (c) => c.text(LARGE));
  app.post('/', async (c) => c.text(await c.req.text()));
  app.onError((_error, c) => c.body(null, 400));
  const logger = pino({ base: null }, { write: (line: string) => void logged.push(line) });
  server = createHttpServer(app, {
    logger,
    refusals: new RefusalLog({ logger, clock: new FakeClock(), maxOfOne: 100 }),
    maxConnections: 3,
    maxOfAddress: () => Infinity,
    patience: { ...PATIENT, ...patience },
  });
  // Node's own second above the time for which a connection is kept.
  server.keepAliveTimeoutBuffer = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    server.closeAllConnections();
  };
}
afterEach(() => stop());

/** A connection that would stay for ever on this side. */
function open(): Socket {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

function isOver(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const deadline = setTimeout(() => reject(new Error('The connection was kept.')), DEADLINE_MS);
  // Data still sent to it then is answered with a reset.
  for (const event of ['end', 'close', 'error']) socket.once(event, () => resolve());
  return promise.finally(() => clearTimeout(deadline));
}

/** What came until the server let go. */
async function untilClosed(socket: Socket): Promise<string> {
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await isOver(socket);
  return answer;
}

/** Sends `text` again and again. */
function dribble(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 5);
  void isOver(socket).finally(() => clearInterval(timer));
}

it('closes a connection that says nothing, without a word', async () => {
  await serve({ headersMs: 30 });
  expect(await untilClosed(open())).toBe('');
  expect(logged).toEqual([]);
});

it.each([
  ['half a request', 'GET / HTTP/1.1\r\nHost: loc', ''],
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: localhost\r\n', 'X: y\r\n'],
  ['half an upgrade', 'GET /api/v1/realtime HTTP/1.1\r\nUpgrade: websocket\r\n', ''],
  ['a body that never comes', `${HEAD}Content-Length: 10\r\n\r\n`, ''],
  ['a body that never ends', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'],
])('closes a connection with %s, and logs it', async (_, begin, again) => {
  await serve({ headersMs: 30, requestMs: 50 });
  const socket = open();
  socket.write(begin);
  if (again !== '') dribble(socket, again);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 /);
  expect(JSON.parse(logged[0]!)).toMatchObject({
    status: 408,
    reason: 'ERR_HTTP_REQUEST_TIMEOUT',
    requestId: expect.any(String),
  });
});

it('closes a connection that is not used again', async () => {
  await serve();
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 200 [^]*here$/);
});

it('lets go of a client that does not read its answer', async () => {
  await serve({ idleMs: IDLE_MS });
  const socket = open();
  socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.pause();
  // A paused socket does not see the end, but what it sends is answered with a reset.
  const timer = setInterval(() => socket.write('\r\n'), 2 * IDLE_MS);
  await expect(isOver(socket)).resolves.toBeUndefined();
  clearInterval(timer);
});

it('drops what is more than it may hold, and serves the rest', async () => {
  await serve();
  const kept = [open(), open(), open()];
  await Promise.all(kept.map((socket) => once(socket, 'connect')));
  expect(await untilClosed(open())).toBe('');
  kept[0]!.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(await untilClosed(kept[0]!)).toContain('here');
});

it.each([
  ['an expectation that it does not know', `${HEAD}Expect: more\r\nContent-Length: 0\r\n\r\n`, 417],
  ['the wish for a proxy', 'CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['no HTTP', 'HELLO\r\n\r\n', 400],
])('refuses %s, and logs it', async (_, request, status) => {
  await serve();
  const socket = open();
  socket.write(request);
  const answer = await untilClosed(socket);
  const requestId = /X-Request-Id: (\w+)/.exec(answer)?.[1];
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(logged[0]!)).toMatchObject({ status, requestId, msg: 'request refused' });
});

it('lets a client send its body when it expects to be told so', async () => {
  await serve();
  const socket = open();
  const headers = 'Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n';
  socket.write(HEAD + headers);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1.1 100 /);
  socket.write('hello');
  expect(await untilClosed(socket)).toMatch(/hello$/);
});

it('answers in HTTP/1.1 if HTTP/2 is offered', async () => {
  await serve();
  server.on('upgrade', (_request, socket) => socket.destroy());
  const socket = open();
  const offer =
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n`);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 200 [^]*here$/);
});
