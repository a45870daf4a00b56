import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConnectionStatus } from './connection-options.ts';
import { RelayConnection } from './relay-connection.ts';
import type { WebSocketPort } from './relay-socket.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS, TEST_SESSION } from './session.fake.ts';

beforeEach(() => {
  openings = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let openings = 0;
let said = 0;

/** A socket of a relay that opens and resumes sessions, but answers no ping. */
class MuteSocket extends EventTarget {
  readonly OPEN = 1;
  readyState = 1;
  binaryType = '';

  constructor(_url: string, protocols: string[]) {
    super();
    openings += 1;
    queueMicrotask(() => {
      this.dispatchEvent(new Event('open'));
      if (protocols.includes('ticket.once')) this.say({ type: 'session.created' });
    });
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== 'string' || !data.includes('session.resume')) return;
    this.say({ type: 'session.resumed', last_input_seq: 0 });
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
  }

  protected say(event: object): void {
    said += 1;
    const data = JSON.stringify({ seq: said, session: TEST_SESSION, server_ms: 0, ...event });
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

/** A connection over such sockets. */
function connect(
  Socket: typeof MuteSocket,
  onStatus: (status: ConnectionStatus) => void = () => {},
): RelayConnection {
  const grant = {
    session_id: 's',
    ticket: 'once',
    resume_token: 'again',
    limits: TEST_LIMITS,
    ws_url: 'ws://127.0.0.1/',
  };
  const connection = new RelayConnection({
    api: new SessionApi({
      baseUrl: 'http://127.0.0.1',
      fetch: async () => new Response(JSON.stringify(grant), { status: 201 }),
      token: 'kept',
      replacesToken: false,
    }),
    request: () => ({ voice: undefined, timeZone: undefined }),
    replacesSession: false,
    WebSocket: Socket as unknown as new (url: string, protocols: string[]) => WebSocketPort,
    random: () => 1,
    now: () => Date.now(),
    onStatus,
    onEvent: () => {},
    onAudio: () => {},
    onProblem: () => {},
  });
  void connection.run();
  return connection;
}

test('a relay that answers no ping is tried again less and less often', async () => {
  const connection = connect(MuteSocket);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  // Each takes five seconds to be given up, and in the end half a minute passes between two.
  expect(openings).toBeGreaterThan(15);
  expect(openings).toBeLessThan(30);
  connection.close();
});

test('a line that breaks every few seconds is resumed within two seconds each time', async () => {
  /** Works for three seconds. */
  class BreakingSocket extends MuteSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      setTimeout(() => this.close(), 3_000);
    }
    override send(data: string | Uint8Array): void {
      super.send(data);
      if (typeof data !== 'string' || !data.includes('"ping"')) return;
      const { client_ms } = JSON.parse(data) as { client_ms: number };
      queueMicrotask(() => this.say({ type: 'pong', client_ms }));
    }
  }
  const waits: number[] = [];
  const connection = connect(BreakingSocket, (status) => {
    if (status.kind === 'waiting') waits.push(status.retryInMs);
  });
  await vi.advanceTimersByTimeAsync(2 * 60_000);
  expect(waits.length).toBeGreaterThan(20);
  expect(Math.max(...waits)).toBe(2_000);
  connection.close();
});

test.each([1002, 1003, 1007])(
  'a relay that closes with %i what it is sent again is resumed no more',
  async (code) => {
    class RefusingSocket extends MuteSocket {
      override send(data: string | Uint8Array): void {
        super.send(data);
        const isMessage = typeof data === 'string' && data.includes('session.update');
        if (isMessage) this.dispatchEvent(Object.assign(new Event('close'), { code }));
      }
    }
    const statuses: ConnectionStatus[] = [];
    const connection = connect(RefusingSocket, (status) => statuses.push(status));
    connection.send({ kind: 'event', event: { type: 'session.update', session: {} } });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(openings).toBe(2);
    expect(statuses.at(-1)).toMatchObject({ kind: 'closed', reason: { code, retry: 'never' } });
  },
);
