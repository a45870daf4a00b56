import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RelayConnection } from './relay-connection.ts';
import type { WebSocketPort } from './relay-socket.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS, TEST_SESSION } from './session-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let openings = 0;

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
      if (protocols.includes('ticket.once')) this.#say({ type: 'session.created' });
    });
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== 'string' || !data.includes('session.resume')) return;
    this.#say({ type: 'session.resumed', last_input_seq: 0 });
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
  }

  #say(event: object): void {
    const data = JSON.stringify({ seq: openings, session: TEST_SESSION, server_ms: 0, ...event });
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

test('a relay that answers no ping is tried again less and less often', async () => {
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
    WebSocket: MuteSocket as unknown as new (url: string, protocols: string[]) => WebSocketPort,
    random: () => 1,
    now: () => Date.now(),
    onStatus: () => {},
    onEvent: () => {},
    onAudio: () => {},
    onProblem: () => {},
  });
  void connection.run();
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  // Each takes five seconds to be given up, and in the end half a minute passes between two.
  expect(openings).toBeGreaterThan(15);
  expect(openings).toBeLessThan(30);
  connection.close();
});
