import { expect, test } from 'vitest';
import { API_PATHS } from '../protocol/http-api.ts';
import { PollSender } from '../protocol/poll-batch.ts';
import { RelayConnection } from './relay-connection.ts';
import type { WebSocketPort } from './relay-socket.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS, TEST_SESSION } from './session.fake.ts';

const CREATED = { type: 'session.created', seq: 1, session: TEST_SESSION, server_ms: 0 };

/** What becomes of a socket: the codes with which it is closed, or that the session is there. */
type Fate = number | 'opens and is lost' | 'created';

const refusal = (status: number, code: string) =>
  Response.json({ error: { code, message: 'No.', retryable: false, request_id: 'r' } }, { status });
const proxyPage = (status: number) => new Response('<html>', { status });

/** Runs a connection until it is open or over. */
async function connect(
  fates: readonly Fate[],
  answer: (path: string) => Response | Promise<Response>,
  {
    replacesSession = true,
    polls = () => proxyPage(403),
  }: {
    readonly replacesSession?: boolean;
    readonly polls?: (path: string) => Response | Promise<Response>;
  } = {},
) {
  const asked: string[] = [];
  const offered: string[] = [];
  const problems: string[] = [];
  class Socket extends EventTarget {
    readonly OPEN = 1;
    readonly readyState = 1;
    binaryType = '';

    constructor(_url: string, protocols: string[]) {
      super();
      const fate = fates[Math.min(offered.length, fates.length - 1)]!;
      offered.push(protocols[1]!);
      queueMicrotask(() => {
        if (typeof fate === 'string') this.dispatchEvent(new Event('open'));
        if (fate !== 'created') return this.close(typeof fate === 'number' ? fate : 1006);
        this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(CREATED) }));
      });
    }

    send(): void {}

    close(code: number): void {
      this.dispatchEvent(Object.assign(new Event('close'), { code }));
    }
  }
  const { promise, resolve } = Promise.withResolvers<string>();
  let sessions = 0;
  const connection = new RelayConnection({
    api: new SessionApi({
      baseUrl: 'https://talk.example',
      fetch: async (url, { method }) => {
        const path = new URL(url).pathname;
        asked.push(`${method} ${path}`);
        if (method === 'GET') return answer(path);
        if (path.startsWith(API_PATHS.polls)) return polls(path);
        sessions += 1;
        return Response.json({
          ...{ session_id: 's', ticket: String(sessions), resume_token: 'again' },
          ...{ limits: TEST_LIMITS, ws_url: 'wss://talk.example/api/v1/realtime' },
        });
      },
      token: 'kept',
      replacesToken: false,
    }),
    request: () => ({ voice: undefined, timeZone: undefined }),
    replacesSession,
    WebSocket: Socket as unknown as new (url: string, protocols: string[]) => WebSocketPort,
    random: () => 0.001,
    now: () => performance.now(),
    onStatus: (status) => {
      if (status.kind === 'open') resolve('open');
      if (status.kind === 'closed') resolve(status.reason.reason);
    },
    onEvent: () => {},
    onAudio: () => {},
    onProblem: ({ code }) => problems.push(code),
  });
  const running = connection.run();
  const end = await promise;
  connection.close();
  await running;
  return { end, asked, offered, problems };
}

const healthy = () => Response.json({ status: 'ok' });

test.each<[string, Fate]>([
  ['does not open', 1006],
  ['opens and is closed at once', 'opens and is lost'],
])('a WebSocket that %s while HTTP gets through ends the call, for one ticket', async (_, fate) => {
  const { end, asked, offered, problems } = await connect([fate], healthy);
  expect([end, problems]).toEqual(['socket_blocked', ['socket_blocked']]);
  expect(offered).toEqual(['ticket.1', 'ticket.1', 'ticket.1']);
  const posts = asked.filter((request) => request.startsWith('POST'));
  expect(posts).toEqual(['POST /api/v1/sessions', 'POST /api/v1/polls']);
});

test.each([
  ['for the page, after three', true, 3],
  ['for a client that does not begin anew, after one', false, 1],
])(
  'plain requests take the place of WebSockets that do not open: %s',
  async (_, replaces, most) => {
    const relay = new PollSender();
    relay.push(JSON.stringify(CREATED));
    const { end, asked, offered } = await connect([1006], healthy, {
      replacesSession: replaces,
      polls: (path) => {
        if (path === API_PATHS.polls) return Response.json({ poll_token: 'p' });
        if (path === API_PATHS.pollUp) return new Response(null, { status: 204 });
        return new Response(relay.batch().bytes);
      },
    });
    expect([end, offered.length]).toEqual(['open', most]);
    expect(asked.filter((request) => request === 'POST /api/v1/sessions')).toHaveLength(1);
  },
);

test('a ticket that the relay took back with the WebSocket is replaced', async () => {
  let opened = 0;
  const { end, asked } = await connect([1006], healthy, {
    replacesSession: false,
    polls: (path) => {
      if (path === API_PATHS.polls) return Response.json({ poll_token: String(++opened) });
      if (path === API_PATHS.pollUp) return new Response(null, { status: 204 });
      const relay = new PollSender();
      relay.push(opened === 1 ? { closeCode: 4_401 } : JSON.stringify(CREATED));
      return new Response(relay.batch().bytes);
    },
  });
  expect(end).toBe('open');
  expect(asked.filter((request) => request === 'POST /api/v1/sessions')).toHaveLength(2);
});

test('a client that does not begin anew says so at once', async () => {
  const { end, offered } = await connect([1006], healthy, { replacesSession: false });
  expect([end, offered]).toEqual(['socket_blocked', ['ticket.1']]);
});

test.each<[string, () => Response]>([
  [
    'is unreachable',
    () => {
      throw new TypeError('fetch failed');
    },
  ],
  ['is down behind its proxy', () => proxyPage(502)],
  ['has no room for requests', () => refusal(429, 'rate_limited')],
])('a WebSocket is tried again with its ticket while the relay %s', async (_, answer) => {
  const { end, offered, problems } = await connect([1006, 1006, 1006, 1006, 'created'], answer);
  expect([end, problems.length]).toEqual(['open', 4]);
  expect(new Set(offered)).toEqual(new Set(['ticket.1']));
});

test('a relay that restarts in between is not blocked', async () => {
  let asked = 0;
  const answer = () => (++asked === 3 ? proxyPage(502) : healthy());
  const { end } = await connect([1006, 1006, 1006, 1006, 1006, 'created'], answer);
  expect(end).toBe('open');
});

test('a ticket that was used up on the way is replaced', async () => {
  const { end, offered } = await connect(['opens and is lost', 4401, 'created'], healthy);
  expect([end, offered]).toEqual(['open', ['ticket.1', 'ticket.1', 'ticket.2']]);
});
