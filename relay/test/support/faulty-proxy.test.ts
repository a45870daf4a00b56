import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { FaultyProxy, type FaultyConnection } from './faulty-proxy.ts';

/** A client and its server, with the proxy between them. */
async function line() {
  const resources = new AsyncDisposableStack();
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => void server.close());
  const arrived = once(server, 'connection');
  let connection: FaultyConnection | undefined;
  const proxy = resources.use(
    await FaultyProxy.to((server.address() as AddressInfo).port, (made) => (connection = made)),
  );
  const client = connect(proxy.port, '127.0.0.1');
  const [far] = (await arrived) as [Socket];
  for (const socket of [client, far]) {
    resources.defer(() => void socket.destroy());
    socket.on('error', () => {});
  }
  return {
    client,
    far,
    connection: connection!,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function read(socket: Socket, bytes: number): Promise<string> {
  let text = '';
  for await (const [data] of socketData(socket)) {
    text += data.toString('latin1');
    if (text.length >= bytes) break;
  }
  return text;
}

async function* socketData(socket: Socket): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(socket, 'data')) as [Buffer];
}

test('everything passes in order both ways, and the end too', async () => {
  await using between = await line();
  const { client, far } = between;
  client.write('question');
  expect(await read(far, 8)).toBe('question');
  far.write('answer');
  expect(await read(client, 6)).toBe('answer');
  const ended = once(far, 'end');
  far.resume();
  client.end();
  await ended;
});

test('what is delayed arrives later, in order', async () => {
  await using between = await line();
  const { client, far, connection } = between;
  const delays = [40, 0, 10];
  connection.delay(() => delays.shift() ?? 0);
  const startMs = performance.now();
  const heard = read(far, 6);
  for (const piece of ['ab', 'cd', 'ef']) {
    client.write(piece);
    // So that each is a piece of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await heard).toBe('abcdef');
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(39);
});

test('what is held up by a stall arrives after it', async () => {
  await using between = await line();
  const { client, far, connection } = between;
  const startMs = performance.now();
  connection.stall(40);
  client.write('late');
  expect(await read(far, 4)).toBe('late');
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(39);
});

test('on a silent way nothing arrives, not even the end, while the other way works', async () => {
  await using between = await line();
  const { client, far, connection } = between;
  let seen = false;
  far.on('data', () => (seen = true));
  far.on('end', () => (seen = true));
  connection.silence('up');
  client.write('lost');
  far.write('heard');
  expect(await read(client, 5)).toBe('heard');
  client.destroy();
  await once(client, 'close');
  expect(seen).toBe(false);
  expect(far.destroyed).toBe(false);
});

test('a reset is seen as an error, a cut as an end', async () => {
  await using broken = await line();
  const reset = closing(broken.client);
  broken.connection.reset();
  expect(await reset).toBe('ECONNRESET');
  await using cut = await line();
  const closed = closing(cut.client);
  cut.client.resume();
  cut.connection.cut();
  expect(await closed).toBe('end');
});

/** How a socket ends: `end`, or the code of its error. */
function closing(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}
