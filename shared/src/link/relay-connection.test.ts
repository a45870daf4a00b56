import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws';
import { decodeAudioFrame, encodeAudioFrame } from '../protocol/audio-frame.ts';
import { decodeClientEvent } from '../protocol/client-events.ts';
import type { ConnectionStatus } from './connection-options.ts';
import { RelayConnection } from './relay-connection.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS, TEST_SESSION } from './session.fake.ts';

/** What the server does with a socket, by the number of the connection. */
let onSocket: (socket: ServerSocket, offered: string, n: number) => void;
let arrived: string[];
let statuses: ConnectionStatus[];
let events: string[];
let problems: string[];
let sessions: number;
let sessionStatus: () => { status: number; body: object };
let server: Server;
let sockets: WebSocketServer;
let connection: RelayConnection;
let watchers: (() => void)[];

function note(list: string[], entry: string): void {
  list.push(entry);
  for (const watcher of watchers) watcher();
}

async function until(condition: () => boolean): Promise<void> {
  if (condition()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  watchers.push(() => {
    if (condition()) resolve();
  });
  await promise;
}

beforeEach(async () => {
  arrived = [];
  statuses = [];
  events = [];
  problems = [];
  watchers = [];
  sessions = 0;
  server = createServer((_request, response) => {
    response.statusCode = sessionStatus().status;
    response.end(JSON.stringify(sessionStatus().body));
  });
  sockets = new WebSocketServer({ server, handleProtocols: () => 'parley.v1' });
  let connections = 0;
  sockets.on('connection', (socket, request) => {
    connections += 1;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').replaceAll(' ', '');
    note(arrived, `connection ${connections}`);
    socket.on('message', (data: Buffer, isBinary) =>
      note(arrived, describeMessage(data, isBinary)),
    );
    onSocket(socket, offered, connections);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  sessionStatus = () => ({
    status: 201,
    body: {
      token: 'guest',
      expires_in_s: 60,
      session_id: 's',
      ticket: 'once',
      resume_token: 'again',
      limits: TEST_LIMITS,
      ws_url: `ws://127.0.0.1:${port}/api/v1/realtime`,
    },
  });
  connection = new RelayConnection({
    api: new SessionApi({
      baseUrl: `http://127.0.0.1:${port}`,
      fetch: (input, init) => {
        sessions += 1;
        return fetch(input, init);
      },
      token: 'kept',
      replacesToken: true,
    }),
    request: () => ({ voice: undefined, timeZone: 'UTC' }),
    replacesSession: true,
    WebSocket,
    random: () => 0.001,
    now: () => performance.now(),
    onStatus: (status) => {
      statuses.push(status);
      note(events, `status ${status.kind}`);
    },
    onEvent: (event) => note(events, event.type),
    onAudio: (frame) => note(events, `audio ${frame.seq}`),
    onProblem: ({ code }) => note(problems, code),
    onSessionLost: () => note(events, 'session lost'),
  });
});

afterEach(async () => {
  connection.close();
  sockets.close();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});

function describeMessage(data: Buffer, isBinary: boolean): string {
  if (isBinary) {
    const result = decodeAudioFrame(data);
    return result.ok ? `audio #${result.frame.seq}` : result.fault;
  }
  const result = decodeClientEvent(data.toString());
  if (result.kind !== 'event') return result.kind;
  const { event } = result;
  if (event.type === 'session.resume') {
    const { last_seq, responses = [] } = event;
    return [`resume after ${last_seq}`, ...responses].join(' with ');
  }
  return 'seq' in event && event.seq !== undefined ? `${event.type} #${event.seq}` : event.type;
}

const say = (socket: ServerSocket, event: object) => socket.send(JSON.stringify(event));
const created = (socket: ServerSocket, seq = 1) =>
  say(socket, { type: 'session.created', seq, session: TEST_SESSION, server_ms: 5 });
const resumed = (socket: ServerSocket, seq: number, lastInputSeq: number) =>
  say(socket, {
    type: 'session.resumed',
    seq,
    session: TEST_SESSION,
    server_ms: 9,
    last_input_seq: lastInputSeq,
  });
const audio = () =>
  connection.send({
    kind: 'audio',
    utterance: 1,
    audio: new Int16Array(1_600),
    startMs: 0,
    last: false,
  });
const statusKinds = () => statuses.map(({ kind }) => kind);
const withoutPings = () => arrived.filter((entry) => entry !== 'ping');

test('a session begins with a ticket, and what waited for it is sent in order', async () => {
  onSocket = (socket, offered) => {
    note(arrived, offered);
    created(socket);
  };
  audio();
  connection.send({
    kind: 'event',
    event: { type: 'session.update', session: { voice: 'other' } },
  });
  void connection.run();
  await until(() => arrived.includes('session.update #2'));
  expect(withoutPings()).toEqual([
    'connection 1',
    'parley.v1,ticket.once',
    'audio #1',
    'session.update #2',
  ]);
  expect(statusKinds()).toEqual(['connecting', 'open']);
  expect(sessions).toBe(1);
});

test('a lost connection is resumed at once, and only what the relay lacks is sent again', async () => {
  onSocket = (socket, offered, n) => {
    if (n === 1) {
      created(socket);
      socket.on('message', () => {
        if (arrived.includes('audio #3')) socket.terminate();
      });
      return;
    }
    note(arrived, offered);
    socket.once('message', () => {
      // The first two are repeated, as a relay does that does not know what arrived.
      socket.send(
        encodeAudioFrame(
          { kind: 2, last: false, item: 1, seq: 2, timestampMs: 0 },
          new Int16Array(8),
        ),
      );
      resumed(socket, 3, 1);
    });
  };
  audio();
  audio();
  audio();
  void connection.run();
  await until(() => arrived.filter((entry) => entry === 'audio #3').length === 2);
  audio();
  await until(() => arrived.includes('audio #4'));
  expect(withoutPings().slice(4)).toEqual([
    'connection 2',
    'parley.v1,resume.again',
    'resume after 1',
    'audio #2',
    'audio #3',
    'audio #4',
  ]);
  expect(events).toContain('audio 2');
  expect([connection.reconnects, sessions]).toEqual([1, 1]);
});

test('what is repeated although it had arrived is told once', async () => {
  onSocket = (socket, _offered, n) => {
    const frame = encodeAudioFrame(
      { kind: 2, last: false, item: 1, seq: 2, timestampMs: 0 },
      new Int16Array(8),
    );
    if (n === 1) {
      created(socket);
      socket.send(frame, () => socket.terminate());
      return;
    }
    socket.once('message', () => {
      socket.send(frame);
      resumed(socket, 3, 0);
    });
  };
  void connection.run();
  await until(() => events.includes('session.resumed'));
  expect(events.filter((event) => event === 'audio 2')).toHaveLength(1);
  expect(arrived).toContain('resume after 2');
});

test('a resumption names the responses that are not over', async () => {
  onSocket = (socket, _offered, n) => {
    if (n > 1) return;
    created(socket);
    const made = { type: 'response.created', trigger: 'text', utterance: null, audio: null };
    say(socket, { ...made, seq: 2, response_id: 'a', item: 1 });
    say(socket, { ...made, seq: 3, response_id: 'b', item: 2 });
    const usage = { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 };
    const over = { response_id: 'a', status: 'completed', usage, timeline: {}, error: null };
    say(socket, { type: 'response.done', seq: 4, ...over });
    watchers.push(() => {
      if (events.includes('response.done')) socket.terminate();
    });
  };
  void connection.run();
  await until(() => arrived.some((entry) => entry.startsWith('resume')));
  expect(arrived).toContain('resume after 4 with b');
});

test('a session that is gone is replaced by a new one, which gets what was typed', async () => {
  onSocket = (socket, _offered, n) => {
    if (n === 1) {
      created(socket);
      socket.terminate();
    } else if (n === 2) socket.close(4404, 'session_gone');
    else created(socket);
  };
  void connection.run();
  await until(() => arrived.includes('connection 2'));
  connection.send({
    kind: 'event',
    event: {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
    },
  });
  await until(() => arrived.includes('conversation.item.create #1'));
  expect(events).toContain('session lost');
  expect(sessions).toBe(2);
});

test('a close code that says never ends it for good', async () => {
  onSocket = (socket) => {
    created(socket);
    socket.close(4408, 'idle');
  };
  await connection.run();
  expect(statuses.at(-1)).toMatchObject({ kind: 'closed', reason: { reason: 'idle' } });
  expect(arrived.filter((entry) => entry.startsWith('connection'))).toEqual(['connection 1']);
});

test('hanging up tells the relay so', async () => {
  const { promise: closedWith, resolve } = Promise.withResolvers<number>();
  onSocket = (socket) => {
    socket.on('close', (code) => resolve(code));
    created(socket);
  };
  void connection.run();
  await until(() => events.includes('status open'));
  connection.close();
  expect(await closedWith).toBe(1000);
  expect(statuses.at(-1)).toMatchObject({ kind: 'closed', reason: { reason: 'normal' } });
});

describe('no session to be had', () => {
  const refusal = (status: number, code: string, retryable: boolean) => ({
    status,
    body: { error: { code, message: 'No.', retryable, request_id: 'r' } },
  });

  test('a refusal that will not change ends the call', async () => {
    sessionStatus = () => refusal(403, 'origin_not_allowed', false);
    await connection.run();
    expect(problems).toEqual(['origin_not_allowed']);
    expect(statuses.at(-1)).toMatchObject({ kind: 'closed', reason: { retry: 'never' } });
  });

  test('a full server is asked again after a while', async () => {
    const granted = sessionStatus;
    sessionStatus = () => (sessions > 1 ? granted() : refusal(503, 'capacity_exhausted', true));
    onSocket = (socket) => created(socket);
    void connection.run();
    await until(() => events.includes('status open'));
    expect(problems).toEqual(['capacity_exhausted']);
    expect(statusKinds()).toEqual(['connecting', 'waiting', 'connecting', 'open']);
  });
});
