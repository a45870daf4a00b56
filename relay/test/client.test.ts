import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { LATENCY_SEGMENTS, ParleyError } from '@parley/shared';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Speech } from '../talk/client/speech.ts';
import { openCall, type Call, type CallOptions } from '../talk/client/call.ts';
import { ClientError } from '@parley/shared/link/client-error';
import { TEST_LIMITS, TEST_SESSION } from '@parley/shared/link/session.fake';
import { systemClock } from '../src/base/lib/clock.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { counting } from './support/scripted-synthesizer.ts';
import {
  finalWords,
  joined,
  ScriptedTranscriber,
  transcriptOf,
} from './support/scripted-transcriber.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const MS = 16;
const SPEED = 20;

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

async function calling<T>(
  to: Pick<TestRelay, 'url'>,
  talk: (call: Call, abort: AbortController) => Promise<T>,
  options: Partial<CallOptions> = {},
): Promise<T> {
  const abort = new AbortController();
  const call = await openCall({ url: to.url, speed: SPEED, signal: abort.signal, ...options });
  try {
    return await talk(call, abort);
  } finally {
    await call.close();
  }
}

/** Half a second of quiet, a second of speech, a second of quiet. */
const speech: Speech = { samples: counting(7, 2_500 * MS), onset: 500 * MS, end: 1_500 * MS };

describe('a spoken turn', () => {
  test('is heard sample for sample, with its pre-roll and the silence that ends it', async () => {
    const turn = await calling(relay, (call) => call.say(speech));
    const sent = speech.samples.subarray(200 * MS, 2_000 * MS);
    expect(turn).toMatchObject({
      trigger: 'speech',
      transcript: transcriptOf(sent),
      reply: `You said ${transcriptOf(sent)}.`,
      interrupted: false,
      error: null,
    });
    const voice = joined(turn.voice?.pieces ?? []);
    expect(voice.length).toBeGreaterThan(0);
    expect(voice).toEqual(counting(0, voice.length));
  });

  test('tells where its time went, to the millisecond', async () => {
    const { latency } = await calling(relay, (call) => call.say(speech));
    const segments = LATENCY_SEGMENTS.map((segment) => latency!.timeline[segment]);
    expect(Math.min(...segments)).toBeGreaterThanOrEqual(0);
    expect(segments.reduce((sum, ms) => sum + ms, 0)).toBe(latency!.voiceToVoiceMs);
    expect(latency!.timeline.endpointing_ms).toBeGreaterThanOrEqual(500 / SPEED - 1);
  });

  test('lasts until its reply was heard, however quickly the relay sent that', async () => {
    const startedAtMs = performance.now();
    const { voice } = await calling(relay, (call) => call.say(speech));
    const voiceMs = joined(voice?.pieces ?? []).length / MS;
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual((1_500 + voiceMs) / SPEED - 1);
  });

  test('follows another without cutting it off', async () => {
    const turns = await calling(relay, async (call) => [
      await call.say(speech),
      await call.write('And now?'),
      await call.say(speech),
    ]);
    expect(turns.map(({ trigger, interrupted, error }) => [trigger, interrupted, error])).toEqual([
      ['speech', false, null],
      ['text', false, null],
      ['speech', false, null],
    ]);
  });

  test('is broken off once the relay has had enough of it', async () => {
    await using strict = await startTestRelay({ env: { UTTERANCE_S: '1' } });
    const long = { samples: new Int16Array(60_000 * MS), onset: 0, end: 60_000 * MS };
    const turn = await calling(strict, (call) => call.say(long));
    expect(turn.error?.code).toBe('utterance_too_long');
    expect(turn.reply).toMatch(/^You said 17600 samples/);
  });

  test('that fails says so in its error, and the apology is its reply', async () => {
    await using deaf = await startTestRelay({
      providers: {
        transcriber: new ScriptedTranscriber({
          clock: systemClock,
          onFinal: () => [{ fail: new ParleyError('transcriber_failed') }],
        }),
      },
    });
    const turn = await calling(deaf, (call) => call.say(speech));
    expect(turn.error?.code).toBe('transcriber_failed');
    expect(turn.reply).toContain('sorry');
  });
});

test('a typed turn is answered, and counts from the moment it was sent', async () => {
  const turn = await calling(relay, (call) => call.write('Good morning'));
  expect(turn).toMatchObject({
    trigger: 'text',
    transcript: 'Good morning',
    reply: 'You said Good morning.',
    error: null,
  });
  expect(turn.latency?.timeline.endpointing_ms).toBe(0);
});

test('replies can be asked for in writing only', async () => {
  const turn = await calling(relay, (call) => call.write('Hush'), { isSpoken: false });
  expect(turn).toMatchObject({ reply: 'You said Hush.', voice: null, latency: null, error: null });
});

test('a reply without a question is heard while waiting, and ends nothing', async () => {
  await using ringing = await startTestRelay({
    providers: {
      transcriber: new ScriptedTranscriber({
        clock: systemClock,
        onFinal: () => [finalWords('ring')],
      }),
      generator: new ScriptedGenerator({
        clock: systemClock,
        reply: ({ reminders }) => {
          reminders.add({ label: 'egg', text: 'The egg is done.', delayMs: 30 });
          return [words('Will do.')];
        },
      }),
    },
  });
  const unasked = await calling(ringing, async (call) => {
    await call.write('egg');
    for await (const turn of call.listen(60_000)) return turn;
    return undefined;
  });
  expect(unasked).toMatchObject({
    trigger: 'timer',
    transcript: '',
    reply: 'The egg is done.',
    latency: null,
    error: null,
  });
});

test('waiting ends by itself', async () => {
  const unasked = await calling(relay, async (call) => {
    const turns = [];
    for await (const turn of call.listen(10)) turns.push(turn);
    return turns;
  });
  expect(unasked).toEqual([]);
});

/** Passes connections on to a relay, and cuts the first that carries so many bytes towards it. */
async function startWire(to: Pick<TestRelay, 'url'>, cutAfterBytes: number) {
  let isCut = false;
  const server = createTcpServer((near) => {
    const far = connect(Number(new URL(to.url).port), '127.0.0.1');
    near.on('data', () => {
      if (isCut || near.bytesRead < cutAfterBytes) return;
      isCut = true;
      near.destroy();
    });
    pipeline(near, far, near, () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wasCut: () => isCut,
    [Symbol.dispose]: () => server.close(),
  };
}

test('a connection that is lost in the middle of a turn is resumed', async () => {
  using wire = await startWire(relay, 20_000);
  const { transcript, error } = await calling(wire, (call) => call.say(speech));
  const sent = speech.samples.subarray(200 * MS, 2_000 * MS);
  expect({ transcript, error }).toEqual({ transcript: transcriptOf(sent), error: null });
  expect(wire.wasCut()).toBe(true);
});

describe('a call that ends before its time', () => {
  test('says why in the turn that was lost', async () => {
    const stopping = await startTestRelay({
      providers: {
        generator: new ScriptedGenerator({ clock: systemClock, reply: () => ['hang'] }),
      },
    });
    const { turn, lostBy } = await calling(stopping, async (call) => {
      const writing = call.write('Are you there?');
      await stopping[Symbol.asyncDispose]();
      return { turn: await writing, lostBy: call.lostBy };
    });
    expect(turn.error?.code).toBe('draining');
    expect(lostBy?.code).toBe('draining');
  });

  test('by the will of this side, is over for the relay too', async () => {
    await using listening = await startTestRelay({
      providers: {
        generator: new ScriptedGenerator({ clock: systemClock, reply: () => ['hang'] }),
      },
    });
    await calling(listening, async (call, abort) => {
      const writing = call.write('Are you there?');
      abort.abort(new Error('Enough.'));
      await expect(writing).rejects.toThrow('Enough.');
    });
    expect(await listening.logs.until('session ended')).toContain('"reason":"normal"');
  });
});

describe('a call that cannot be made', () => {
  const signal = new AbortController().signal;

  test('because nothing listens there', async () => {
    const gone = await startTestRelay();
    await gone[Symbol.asyncDispose]();
    await expect(openCall({ url: gone.url, signal })).rejects.toMatchObject({
      code: 'unreachable',
      message: `No server could be reached at ${gone.url} (ECONNREFUSED).`,
    });
  });

  test('because what listens is something else', async () => {
    const other = createServer((_, response) => response.end('<h1>Welcome</h1>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      const error = await openCall({ url, signal }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toMatchObject({ code: 'unreadable_answer' });
    } finally {
      other.close();
    }
  });

  test('because no ping is answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pinged = Promise.withResolvers<void>();
    const server = createServer((_, response) => {
      const { port } = server.address() as AddressInfo;
      const grant = { session_id: 's', ticket: 'once', resume_token: 'again', limits: TEST_LIMITS };
      const ws_url = `ws://127.0.0.1:${port}/`;
      response.writeHead(201).end(JSON.stringify({ ...grant, ws_url }));
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      const created = { type: 'session.created', seq: 1, session: TEST_SESSION, server_ms: 0 };
      socket.send(JSON.stringify(created));
      socket.on('message', () => pinged.resolve());
    });
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const opening = openCall({ url, token: 'known', signal });
      await Promise.race([pinged.promise, opening]);
      vi.advanceTimersByTime(10_000);
      await expect(opening).rejects.toMatchObject({ code: 'timed_out' });
    } finally {
      vi.useRealTimers();
      sockets.close();
      server.closeAllConnections();
      server.close();
    }
  });

  test('because the token or the voice is refused', async () => {
    const { url } = relay;
    await expect(openCall({ url, token: 'forged', signal })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    const error = await openCall({ url, voice: 'loud', signal }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ParleyError);
    expect(error).toMatchObject({
      code: 'invalid_request',
      detail: 'voice: expected one of one, two.',
    });
  });
});
