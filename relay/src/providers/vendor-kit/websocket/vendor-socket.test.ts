import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../../base/lib/clock.ts';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import { openVendorSocket, type VendorSocket } from './vendor-socket.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<string> {
  const server = createServer();
  const connections = new Set<Socket>();
  server.on('connection', (socket) => connections.add(socket));
  server.on('upgrade', upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function accept(onSocket: (socket: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true });
  return serve((request, socket, head) => sockets.handleUpgrade(request, socket, head, onSocket));
}

function open(
  url: string,
  more: { clock?: FakeClock; signal?: AbortSignal } = {},
): Promise<VendorSocket> {
  return openVendorSocket({
    provider: 'test',
    stage: 'transcriber',
    url,
    headers: { authorization: 'Token secret' },
    connectMs: 5_000,
    clock: more.clock ?? systemClock,
    signal: more.signal ?? new AbortController().signal,
  });
}

test('what a vendor says with its first packet is not lost', async () => {
  const url = await accept((socket) => socket.send('hello'));
  const socket = await open(url);
  const heard = await new Promise((resolve) => socket.listen({ text: resolve }));
  socket.terminate();
  expect(heard).toBe('hello');
});

test.each([
  [401, 'unauthorized', undefined],
  [429, 'rate-limited', 7_000],
  [503, 'overloaded', undefined],
  [400, 'rejected', undefined],
])('a refusal with %i is %s', async (status, fault, waitMs) => {
  const url = await serve((_, socket) =>
    socket.end(
      `HTTP/1.1 ${status} No\r\n${waitMs === undefined ? '' : 'retry-after: 7\r\n'}content-length: 0\r\n\r\n`,
    ),
  );
  const error = await open(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ fault, status, retryAfterMs: waitMs, provider: 'test' });
  expect(JSON.stringify(error) + String(error)).not.toContain('secret');
});

test('a refused connection is unreachable', async () => {
  const url = await accept(() => {});
  for (const cleanup of cleanups.splice(0)) cleanup();
  await expect(open(url)).rejects.toMatchObject({ fault: 'unreachable' });
});

test('a line that does not answer is given up at the deadline', async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  const url = await serve(() => asked.resolve());
  const opening = open(url, { clock });
  const outcome = opening.catch((error: unknown) => error);
  await asked.promise;
  await clock.advance(5_000);
  expect(await outcome).toMatchObject({ fault: 'timeout' });
  expect(clock.pendingTimers).toBe(0);
});

test('aborting gives up with the reason of the signal and leaves no timer', async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const asked = Promise.withResolvers<void>();
  const url = await serve(() => asked.resolve());
  const opening = open(url, { clock, signal: abort.signal });
  const reason = new Error('enough');
  const outcome = opening.catch((error: unknown) => error);
  await asked.promise;
  abort.abort(reason);
  expect(await outcome).toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});

test('a listener that throws loses the line and learns why', async () => {
  const url = await accept((socket) => socket.send('{"type":'));
  const socket = await open(url);
  const error = await new Promise((resolve) =>
    socket.listen({ text: (message) => JSON.parse(message), closed: resolve }),
  );
  expect(error).toMatchObject({ fault: 'malformed' });
  expect(socket.isOpen).toBe(false);
});

test('a close by the vendor tells its code; a close of our own tells nothing', async () => {
  const url = await accept((socket) => socket.on('message', () => socket.close(1011)));
  const socket = await open(url);
  const error = await new Promise((resolve) => {
    socket.listen({ closed: resolve });
    socket.sendText({ type: 'End' });
  });
  expect(error).toMatchObject({ fault: 'closed', status: 1011 });

  const closed = Promise.withResolvers<number>();
  const other = await open(await accept((peer) => peer.on('close', closed.resolve)));
  let told = false;
  other.listen({ closed: () => (told = true) });
  other.terminate();
  expect(await closed.promise).toBe(1000);
  expect(told).toBe(false);
});

test('a lost line is told from a quiet one by a ping', async () => {
  const clock = new FakeClock();
  const peers: WebSocket[] = [];
  const url = await accept((peer) => peers.push(peer));
  const quiet = await open(url, { clock });
  quiet.listen({});
  expect(await quiet.isAlive(1_000)).toBe(true);
  peers[0]!.pause();
  const alive = quiet.isAlive(1_000);
  await clock.advance(1_000);
  expect(await alive).toBe(false);
  quiet.pause();
  const unknown = quiet.isAlive(1_000);
  await clock.advance(1_000);
  expect(await unknown).toBe(true);
  quiet.resume();
  const last = quiet.isAlive(1_000);
  quiet.terminate();
  expect(await last).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

test('an answer that came in time is heard although the process was held up', async () => {
  // Once the pong has left, this thread does nothing until long after the deadline.
  const holdUp = () => {
    const endMs = performance.now() + 100;
    while (performance.now() < endMs);
  };
  const socket = await open(await accept((peer) => peer.once('ping', holdUp)));
  socket.listen({});
  const alive = socket.isAlive(50);
  expect(await alive).toBe(true);
  socket.terminate();
});

test('a paused line reads on when resumed, in order and without loss', async () => {
  const url = await accept((peer) =>
    peer.on('message', () => {
      for (let n = 0; n < 200; n += 1) peer.send(Buffer.alloc(10_000, n % 251));
    }),
  );
  const socket = await open(url);
  const heard: number[] = [];
  await new Promise<void>((resolve) => {
    socket.listen({
      binary: (bytes) => {
        heard.push(bytes[0]!);
        if (heard.length === 200) resolve();
        socket.pause();
        setImmediate(() => socket.resume());
      },
    });
    socket.sendText('go');
  });
  socket.terminate();
  expect(heard).toEqual(Array.from({ length: 200 }, (_, n) => n % 251));
});

test('samples may be overwritten as soon as they have been sent', async () => {
  const arrived = Promise.withResolvers<Buffer>();
  const url = await accept((peer) => peer.on('message', (data: Buffer) => arrived.resolve(data)));
  const socket = await open(url);
  socket.listen({});
  const samples = Int16Array.from({ length: 1_600 }, (_, n) => n);
  const expected = Buffer.from(samples.buffer.slice(0));
  socket.sendAudio(samples);
  samples.fill(-1);
  expect(await arrived.promise).toEqual(expected);
  socket.terminate();
});

test('a message leaves at once, a group of them when it is complete', async () => {
  const heard: string[] = [];
  const url = await accept((peer) =>
    peer.on('message', (data: Buffer) => heard.push(String(data))),
  );
  const socket = await open(url);
  socket.listen({});
  socket.sendText('one');
  expect(socket.bufferedBytes).toBe(0);
  socket.corked(() => {
    socket.sendText('two');
    socket.sendText('three');
    expect(socket.bufferedBytes).toBeGreaterThan(0);
  });
  expect(socket.bufferedBytes).toBe(0);
  const failing = () =>
    socket.corked(() => {
      socket.sendText('four');
      throw new Error('no more');
    });
  expect(failing).toThrow('no more');
  expect(socket.bufferedBytes).toBe(0);
  socket.sendText('five');
  expect(socket.bufferedBytes).toBe(0);
  await expect.poll(() => heard).toEqual(['one', 'two', 'three', 'four', 'five']);
  socket.terminate();
});

test.each([
  [1000, false],
  [1006, false],
  [1007, true],
  [1008, true],
  [1011, false],
])('a close with %i blames what was sent: %s', async (status, isRequestsOwn) => {
  const socket = await open(await accept(() => {}));
  expect(socket.failure('closed', { status }).isRequestsOwn).toBe(isRequestsOwn);
  socket.terminate();
});

test.each([
  ['DATA-0000', true],
  ['invalid_request_error', true],
  ['text_too_long', true],
  ['commit_throttled', true],
  ['insufficient_audio_activity', true],
  ['quota_exceeded', false],
  ['voice_not_found', false],
])('%s blames the request: %s', async (note, isRequestsOwn) => {
  const socket = await open(await accept(() => {}));
  expect(socket.failure('rejected', { note }).isRequestsOwn).toBe(isRequestsOwn);
  socket.terminate();
});
