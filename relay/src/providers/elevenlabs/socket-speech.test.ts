import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { SimulatorServer } from '../../../simulators/kit/simulator-server.ts';
import { systemClock } from '../../lib/clock.ts';
import type { SpeechEvent } from '../synthesizer.ts';
import { SocketPool } from '../transport/socket-pool.ts';
import { openVendorSocket } from '../transport/vendor-socket.ts';
import type { ClauseSpeech } from './clause-speech.ts';
import { speakOverSocket, type SpeechDialect } from './socket-speech.ts';

/** 100 ms of audio at 1 kHz. */
const AUDIO = Buffer.alloc(200).toString('base64');

/** Answers each text with audio and a dot, unless the test takes it over. */
let answer: (socket: WebSocket, text: string) => void;
let server: SimulatorServer;
let pool: SocketPool;

beforeEach(async () => {
  answer = (socket) => {
    socket.send(AUDIO);
    socket.send('.');
  };
  server = await new SimulatorServer({
    upgrade: () => (socket) => {
      socket.on('message', (data) => answer(socket, (data as Buffer).toString('utf8')));
    },
  }).listen();
  pool = new SocketPool({
    open: (_key, signal) =>
      openVendorSocket({
        provider: 'vendor',
        stage: 'synthesizer',
        url: server.url.replace('http', 'ws'),
        connectMs: 2_000,
        clock: systemClock,
        signal,
      }),
    maxSpares: 1,
    maxAgeMs: 60_000,
    isReused: true,
    clock: systemClock,
  });
});

afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function dialectOf(clauses: ClauseSpeech[] = []): SpeechDialect {
  return {
    submit(socket, clause) {
      clauses.push(clause);
      socket.sendText(clause.text);
    },
    hear(socket, message) {
      if (message === '.') clauses.shift()?.end();
      else if (clauses[0]?.pushAudio(message) === false) throw socket.failure('malformed');
    },
    leave: () => clauses.length === 0,
  };
}

function speak(clauses: AsyncIterable<string>, signal = new AbortController().signal) {
  return speakOverSocket(clauses, {
    pool,
    key: '',
    dialect: dialectOf(),
    rateHz: 1_000,
    readAhead: 1,
    signal,
  });
}

function typesOf(events: readonly SpeechEvent[]): string[] {
  return events.map((event) => (event.type === 'clause-started' ? event.text : event.type));
}

it('takes another socket where the vendor hung up between two clauses', async () => {
  const hungUp = Promise.withResolvers<void>();
  answer = (socket) => {
    socket.send(AUDIO);
    socket.send('.');
    socket.close(1000);
    socket.on('close', () => hungUp.resolve());
  };
  async function* clauses(): AsyncGenerator<string> {
    yield 'One.';
    await hungUp.promise;
    yield 'Two.';
  }
  const events = await Array.fromAsync(speak(clauses()));
  expect(typesOf(events)).toEqual(['One.', 'speech-audio', 'Two.', 'speech-audio']);
  expect(server.requests).toBe(2);
});

it('fails where the vendor hung up with a clause unspoken', async () => {
  answer = (socket) => socket.close(1011);
  async function* clauses(): AsyncGenerator<string> {
    yield 'One.';
  }
  await expect(Array.fromAsync(speak(clauses()))).rejects.toMatchObject({
    fault: 'closed',
    status: 1011,
  });
});

it('passes on what the words fail of, after what was said', async () => {
  async function* clauses(): AsyncGenerator<string> {
    yield 'One.';
    throw new Error('no more words');
  }
  const events: SpeechEvent[] = [];
  const listening = (async () => {
    for await (const event of speak(clauses())) events.push(event);
  })();
  await expect(listening).rejects.toThrow('no more words');
  expect(typesOf(events)).toEqual(['One.', 'speech-audio']);
});

it('ends the words when it is left', async () => {
  const left = Promise.withResolvers<void>();
  async function* clauses(): AsyncGenerator<string> {
    try {
      for (;;) yield 'Again.';
    } finally {
      left.resolve();
    }
  }
  for await (const event of speak(clauses())) if (event.type === 'speech-audio') break;
  await left.promise;
  await expect.poll(() => server.open).toBe(0);
});

it('does nothing at all where it is aborted before', async () => {
  const clauses: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => {
      throw new Error('Nobody should ask.');
    },
  };
  expect(await Array.fromAsync(speak(clauses, AbortSignal.abort()))).toEqual([]);
  expect(server.requests).toBe(0);
});
