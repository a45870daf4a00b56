import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogTail, MAX_ENTRIES, type LogFeedSocket } from './log-tail.ts';

/** A socket that the test opens, writes to and closes. */
class FakeSocket extends EventTarget implements LogFeedSocket {
  readonly sent: string[] = [];
  readonly url: string;
  readonly protocols: readonly string[];
  isClosed = false;

  constructor(url: string, protocols: readonly string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
    this.dispatchEvent(new Event('close'));
  }

  open(): void {
    this.dispatchEvent(new Event('open'));
  }

  write(count: number): void {
    for (let line = 0; line < count; line += 1) {
      const data = JSON.stringify({ level: 'info', msg: `line ${line}` });
      this.dispatchEvent(new MessageEvent('message', { data }));
    }
  }
}

let sockets: FakeSocket[];
let token: string | null;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  token = 'operators-token-0001?>';
});
afterEach(() => {
  vi.useRealTimers();
});

async function startTail() {
  const tail = createLogTail({
    access: async () => (token === null ? null : { origin: 'https://relay.example', token }),
    openSocket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
  });
  const stop = tail.start();
  await vi.advanceTimersByTimeAsync(0);
  return { tail, stop };
}

it('shows its token where browsers can, and its filter in the address', async () => {
  await startTail();
  expect(sockets[0]!.url).toBe('wss://relay.example/ws/logs?level=info&last=200');
  expect(sockets[0]!.protocols).toEqual([
    'parley.logs.v1',
    'bearer.b3BlcmF0b3JzLXRva2VuLTAwMDE_Pg',
  ]);
});

it('keeps the last lines only, and shows them ten times a second at most', async () => {
  const { tail } = await startTail();
  const changes = vi.fn<() => void>();
  sockets[0]!.open();
  tail.store.subscribe(changes);
  sockets[0]!.write(MAX_ENTRIES * 3);
  expect(changes).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(changes).toHaveBeenCalledTimes(1);
  const { entries } = tail.store.getState();
  expect(entries).toHaveLength(MAX_ENTRIES);
  expect(entries.at(-1)).toMatchObject({ message: `line ${MAX_ENTRIES * 3 - 1}` });
});

it('puts the lines of several relays in order, and a notice where it came', async () => {
  const { tail } = await startTail();
  sockets[0]!.open();
  const line = (second: number) => ({ level: 'info', msg: `${second}`, time: `10:00:0${second}` });
  for (const message of [line(1), line(4), { dropped: 2 }, line(2), line(3)]) {
    const data = JSON.stringify(message);
    sockets[0]!.dispatchEvent(new MessageEvent('message', { data }));
  }
  await vi.advanceTimersByTimeAsync(100);
  const { entries } = tail.store.getState();
  const shown = entries.map((entry) => (entry.kind === 'line' ? entry.message : 'dropped'));
  expect(shown).toEqual(['1', '2', '3', '4', 'dropped']);
  expect(entries.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
});

it('tries again ever later while it cannot connect, and soon after it could', async () => {
  const { tail } = await startTail();
  for (const [waitMs, count] of [
    [1_000, 2],
    [2_000, 3],
    [4_000, 4],
    [8_000, 5],
    [8_000, 6],
  ] as const) {
    sockets.at(-1)!.close();
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(sockets).toHaveLength(count - 1);
    expect(tail.store.getState().connection).toBe('lost');
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(count);
  }
  sockets.at(-1)!.open();
  expect(tail.store.getState().connection).toBe('live');
  sockets.at(-1)!.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets).toHaveLength(7);
});

it('gives up a connection that does not come about', async () => {
  await startTail();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sockets[0]!.isClosed).toBe(true);
});

it('sends a filter that was changed while it connected, and asks with it from then on', async () => {
  const { tail } = await startTail();
  tail.show({ level: 'warn', tag: 'trial' });
  expect(sockets[0]!.sent).toEqual([]);
  sockets[0]!.open();
  expect(sockets[0]!.sent).toEqual(['{"level":"warn","tag":"trial"}']);
  sockets[0]!.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets[1]!.url).toBe('wss://relay.example/ws/logs?level=warn&tag=trial&last=200');
  sockets[1]!.open();
  expect(sockets[1]!.sent).toEqual([]);
});

it('shows no line twice that a relay sends again after the connection was lost', async () => {
  const { tail } = await startTail();
  const write = (...seconds: readonly number[]) => {
    for (const second of seconds) {
      const time = `2026-11-25T10:00:0${second}.000Z`;
      const data = JSON.stringify({ level: 'info', time, msg: `line ${second}` });
      sockets.at(-1)!.dispatchEvent(new MessageEvent('message', { data }));
    }
  };
  sockets[0]!.open();
  write(1, 2);
  await vi.advanceTimersByTimeAsync(100);
  sockets[0]!.close();
  await vi.advanceTimersByTimeAsync(1_000);
  sockets[1]!.open();
  write(1, 2, 3, 3, 4);
  await vi.advanceTimersByTimeAsync(100);
  const { entries } = tail.store.getState();
  expect(entries).toMatchObject([1, 2, 3, 3, 4].map((second) => ({ message: `line ${second}` })));
});

it('leaves nothing behind when it is stopped', async () => {
  const { tail, stop } = await startTail();
  sockets[0]!.open();
  sockets[0]!.write(3);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
  expect(sockets[0]!.isClosed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  expect(tail.store.getState().entries).toEqual([]);
});
