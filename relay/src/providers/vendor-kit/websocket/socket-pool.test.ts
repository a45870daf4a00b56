import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AddressInfo } from 'node:net';
import { eventually } from '../../../../test/support/eventually.ts';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { SocketPool, type SocketPoolOptions } from './socket-pool.ts';
import { openVendorSocket, type SocketListener, type VendorSocket } from './vendor-socket.ts';

let server: WebSocketServer;
let peers: WebSocket[];
let clock: FakeClock;
let opened: string[];

beforeEach(async () => {
  clock = new FakeClock();
  peers = [];
  opened = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => peers.push(peer));
  await once(server, 'listening');
});

afterEach(async () => {
  for (const peer of server.clients) peer.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const unaborted = new AbortController().signal;

function dial(key: string, signal: AbortSignal): Promise<VendorSocket> {
  opened.push(key);
  return openVendorSocket({
    provider: 'test',
    stage: 'synthesizer',
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/${key}`,
    connectMs: 60_000,
    clock,
    signal,
  });
}

function pool(more: Partial<SocketPoolOptions> = {}): SocketPool {
  return new SocketPool({ open: dial, maxAgeMs: 3_600_000, clock, ...more });
}

function openPeers(): number {
  return peers.filter((peer) => peer.readyState === peer.OPEN).length;
}

function unanswered(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );
}

/**
 * After a first round trip every ping sent before has reached the server, after a second one its
 * pong is back.
 */
async function pongsArrived(peer: WebSocket): Promise<void> {
  for (let trip = 0; trip < 2; trip += 1) {
    const back = once(peer, 'pong');
    peer.ping();
    await back;
  }
}

/** The next `closed` of the socket's holder. */
function closedOf(socket: VendorSocket): Promise<unknown> {
  return new Promise((resolve) => socket.listen({ closed: resolve } satisfies SocketListener));
}

test('a reservation keeps one spare, and its end closes it', async () => {
  await using sockets = pool();
  const release = sockets.reserve('a');
  await eventually(() => sockets.spares === 1);
  expect(opened).toEqual(['a']);
  release();
  release();
  await eventually(() => openPeers() === 0);
  expect(sockets.spares).toBe(0);
});

test('a taken spare is replaced; one given back to a full pool is closed', async () => {
  await using sockets = pool();
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1);
  const lease = await sockets.acquire('a', unaborted);
  await eventually(() => sockets.spares === 1);
  expect(opened).toEqual(['a', 'a']);
  lease.giveBack();
  await eventually(() => openPeers() === 1);
  expect(sockets.spares).toBe(1);
});

test('where sockets come back, none is opened in place of one that is out', async () => {
  await using sockets = pool({ isReused: true });
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1);
  const first = await sockets.acquire('a', unaborted);
  await clock.advance(3_000);
  first.giveBack();
  first.giveBack();
  const second = await sockets.acquire('a', unaborted);
  expect(second.socket).toBe(first.socket);
  expect(opened).toEqual(['a']);
  second.discard();
  await eventually(() => sockets.spares === 1);
  expect(opened).toEqual(['a', 'a']);
});

test('who comes while a spare is being opened waits for that one', async () => {
  await using sockets = pool({ isReused: true });
  sockets.reserve('a');
  const lease = await sockets.acquire('a', unaborted);
  expect(opened).toEqual(['a']);
  expect(lease.socket.isOpen).toBe(true);
});

test('who goes away while a spare is being opened leaves it to the next', async () => {
  await using sockets = pool({ isReused: true });
  sockets.reserve('a');
  const abort = new AbortController();
  const waiting = sockets.acquire('a', abort.signal);
  const outcome = waiting.catch((error: unknown) => error);
  await Promise.resolve();
  const reason = new Error('gone');
  abort.abort(reason);
  expect(await outcome).toBe(reason);
  await eventually(() => sockets.spares === 1);
  expect(opened).toEqual(['a']);
});

test('where the spare cannot be opened, who waits for it gets a try of its own', async () => {
  let tries = 0;
  await using sockets = pool({
    open: (key, signal) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('no')) : dial(key, signal);
    },
  });
  sockets.reserve('a');
  const lease = await sockets.acquire('a', unaborted);
  expect(lease.socket.isOpen).toBe(true);
  expect(tries).toBe(2);
});

test('failing spares are retried with pauses, not in a loop', async () => {
  let tries = 0;
  await using sockets = pool({
    open: () => {
      tries += 1;
      return Promise.reject(new Error('no'));
    },
  });
  sockets.reserve('a');
  await clock.advance(20_000);
  expect(tries).toBeGreaterThanOrEqual(3);
  expect(tries).toBeLessThanOrEqual(5);
});

test('a spare that the vendor closes is replaced', async () => {
  await using sockets = pool();
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1 && peers.length === 1);
  peers[0]!.close(1011);
  await eventually(() => sockets.spares === 0);
  await clock.advance(1_000);
  await eventually(() => sockets.spares === 1);
  expect(opened).toEqual(['a', 'a']);
});

test('spares are told to stay, and old ones are renewed', async () => {
  let said = 0;
  await using sockets = pool({
    keepAlive: { everyMs: 4_000, send: () => (said += 1) },
    maxAgeMs: 60_000,
  });
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1);
  for (let second = 0; second < 12; second += 1) {
    await clock.advance(1_000);
    await pongsArrived(peers[0]!);
  }
  expect(said).toBe(3);
  const [first] = peers;
  await clock.advance(50_000);
  await eventually(() => opened.length >= 2 && first!.readyState === first!.CLOSED);
});

test('a spare whose line was lost in silence is found out while idle', async () => {
  await using sockets = pool();
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1 && peers.length === 1);
  peers[0]!.pause();
  await clock.advance(5_000);
  await clock.advance(2_000);
  await eventually(() => opened.length === 2);
  await eventually(() => sockets.spares === 1);
  const lease = await sockets.acquire('a', unaborted);
  expect(await lease.socket.isAlive(1_000)).toBe(true);
  lease.discard();
});

test('a lost spare that was just handed out fails its user soon', async () => {
  await using sockets = pool({ isReused: true });
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1 && peers.length === 1);
  peers[0]!.pause();
  const lease = await sockets.acquire('a', unaborted);
  const closed = closedOf(lease.socket);
  await clock.advance(2_000);
  expect(await closed).toMatchObject({ fault: 'timeout' });
  lease.discard();
});

test('silent calls, however many, keep one spare for each key, and after a while none', async () => {
  await using sockets = pool({ isReused: true });
  for (let call = 0; call < 300; call += 1) sockets.reserve(call % 2 === 0 ? 'a' : 'b');
  await eventually(() => sockets.spares === 2);
  expect(opened).toEqual(['a', 'b']);
  await clock.advance(3_000);
  for (let n = 0; n < 130; n += 1) {
    await clock.advance(1_000);
    await Promise.all(peers.filter((peer) => peer.readyState === peer.OPEN).map(pongsArrived));
  }
  await eventually(() => openPeers() === 0);
  expect(opened).toHaveLength(2);
});

test('a socket that is given back while others are out serves the next caller', async () => {
  await using sockets = pool({ isReused: true });
  for (let call = 0; call < 3; call += 1) sockets.reserve('a');
  const leases = await Promise.all([1, 2, 3].map(() => sockets.acquire('a', unaborted)));
  const before = opened.length;
  leases[0]!.giveBack();
  leases[1]!.giveBack();
  const again = [await sockets.acquire('a', unaborted), await sockets.acquire('a', unaborted)];
  const usable = again.every(({ socket }) => socket.isOpen);
  expect([usable, opened.length - before]).toEqual([true, 0]);
  for (const lease of [leases[2]!, ...again]) lease.giveBack();
});

test('who waits for a socket gets the one that is given back first', async () => {
  await using sockets = pool({
    isReused: true,
    open: (key, signal) => (opened.length === 0 ? dial(key, signal) : unanswered(signal)),
  });
  const first = await sockets.acquire('a', unaborted);
  const waiting = sockets.acquire('a', unaborted);
  first.giveBack();
  expect((await waiting).socket).toBe(first.socket);
});

test('disposing leaves neither sockets nor timers, also of what was under way', async () => {
  const sockets = pool();
  sockets.reserve('a');
  await eventually(() => sockets.spares === 1);
  sockets.reserve('a');
  await sockets[Symbol.asyncDispose]();
  await eventually(() => openPeers() === 0);
  expect(clock.pendingTimers).toBe(0);
  await expect(sockets.acquire('a', unaborted)).rejects.toMatchObject({ code: 'draining' });
});
