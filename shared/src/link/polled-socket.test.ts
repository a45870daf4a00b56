import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PollReceiver, PollSender, readAfter } from '../protocol/poll-batch.ts';
import { API_PATHS } from '../protocol/http-api.ts';
import { PolledSocket } from './polled-socket.ts';
import type { RelayFetch } from './relay-request.ts';

/** What becomes of a request: it does not get there, its answer does not come back, or a status. */
type Fate = 'lost' | 'answer lost' | number;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const problem = (status: number, code: string, retryable: boolean) =>
  Response.json({ error: { code, message: 'No.', retryable, request_id: 'r' } }, { status });

/** A relay with one poll. */
class FakeRelay {
  readonly received: unknown[] = [];
  readonly sender = new PollSender();
  readonly fates: Fate[] = [];
  readonly authorizations = new Set<string | undefined>();
  ups = 0;
  #receiver = new PollReceiver();
  #wake = () => {};

  readonly fetch: RelayFetch = async (url, { headers, body, signal }) => {
    const { pathname } = new URL(url);
    if (pathname === API_PATHS.polls) return Response.json({ poll_token: 'secret' });
    this.authorizations.add(headers['authorization']);
    const bytes = body as Uint8Array;
    if (pathname === API_PATHS.pollUp) {
      this.ups += 1;
      const fate = this.fates.shift();
      if (fate === 'lost') throw new TypeError('fetch failed');
      if (fate === 404) return problem(404, 'not_found', false);
      if (fate === 429) return problem(429, 'rate_limited', true);
      this.received.push(...(this.#receiver.take(bytes) ?? ['?']));
      if (fate === 'answer lost') throw new TypeError('fetch failed');
      return new Response(null, { status: 204 });
    }
    this.sender.confirm(readAfter(bytes)!);
    if (this.sender.bytes === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    }
    return new Response(this.sender.batch().bytes);
  };

  say(...messages: Parameters<PollSender['push']>[0][]): void {
    for (const message of messages) this.sender.push(message);
    this.#wake();
  }
}

async function opened(relay: FakeRelay) {
  const events: unknown[] = [];
  const socket = new PolledSocket({ baseUrl: 'https://relay.test', fetch: relay.fetch }, ['p']);
  socket.addEventListener('open', () => events.push('open'));
  socket.addEventListener('message', ({ data }) => events.push(data));
  socket.addEventListener('close', ({ code }) => events.push(code));
  await vi.advanceTimersByTimeAsync(0);
  expect(events.splice(0)).toEqual(['open']);
  expect(socket.readyState).toBe(socket.OPEN);
  return { socket, events };
}

test('carries texts and bytes both ways, what is said in one go in one request', async () => {
  const relay = new FakeRelay();
  const { socket, events } = await opened(relay);
  socket.send('one');
  socket.send(Uint8Array.of(2));
  expect(socket.bufferedAmount).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(0);
  expect([relay.received, relay.ups, socket.bufferedAmount]).toEqual([
    ['one', Uint8Array.of(2)],
    ...[1, 0],
  ]);
  relay.say('three', Uint8Array.of(4));
  await vi.advanceTimersByTimeAsync(0);
  expect(events).toEqual(['three', Uint8Array.of(4).buffer]);
  expect([...relay.authorizations]).toEqual(['Bearer secret']);
  socket.close(1000);
});

test.each<[string, Fate]>([
  ['is lost', 'lost'],
  ['arrives, and its answer is lost', 'answer lost'],
  ['comes when the relay has no room', 429],
])('a request that %s is repeated, and nothing arrives twice', async (_, fate) => {
  const relay = new FakeRelay();
  const { socket, events } = await opened(relay);
  relay.fates.push(fate, fate);
  socket.send('one');
  await vi.advanceTimersByTimeAsync(50);
  socket.send('two');
  await vi.advanceTimersByTimeAsync(1_000);
  expect([relay.received, events]).toEqual([['one', 'two'], []]);
  socket.close(1000);
});

test('a relay that does not know it any more, or cannot be reached for long, is lost', async () => {
  for (const fates of [[404], Array.from({ length: 6 }, () => 'lost' as const)] as const) {
    const relay = new FakeRelay();
    const { socket, events } = await opened(relay);
    relay.fates.push(...fates);
    socket.send('one');
    await vi.advanceTimersByTimeAsync(8_000);
    expect([events, relay.received]).toEqual([[1006], []]);
  }
});

test('the relay’s close comes with its code, after what it said before', async () => {
  const relay = new FakeRelay();
  const { socket, events } = await opened(relay);
  relay.say('bye', { closeCode: 4_409 });
  await vi.advanceTimersByTimeAsync(0);
  expect([events, socket.readyState]).toEqual([['bye', 4_409], 3]);
});

test('a close goes after all that was sent, and waits a second at the most', async () => {
  const relay = new FakeRelay();
  const { socket, events } = await opened(relay);
  socket.send('one');
  socket.close(1000);
  await vi.advanceTimersByTimeAsync(0);
  expect([relay.received, events]).toEqual([['one', { closeCode: 1000 }], [1000]]);

  const gone = new FakeRelay();
  const other = await opened(gone);
  gone.fates.push('lost', 'lost', 'lost', 'lost');
  other.socket.close(4_000);
  await vi.advanceTimersByTimeAsync(999);
  expect(other.events).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(other.events).toEqual([4_000]);
});

test('one that cannot be opened is closed as lost', async () => {
  const fetch: RelayFetch = () => Promise.resolve(problem(404, 'not_found', false));
  const socket = new PolledSocket({ baseUrl: 'https://relay.test', fetch }, []);
  const closed = new Promise((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
  expect(await closed).toBe(1006);
});

test('one that is closed while it opens is closed as lost, once', async () => {
  const relay = new FakeRelay();
  const events: unknown[] = [];
  const socket = new PolledSocket({ baseUrl: 'https://relay.test', fetch: relay.fetch }, []);
  for (const type of ['open', 'close'] as const) {
    socket.addEventListener(type as 'open', () => events.push(type));
  }
  socket.close(4_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(events).toEqual(['close']);
});
