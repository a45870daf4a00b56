import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { SimulatorServer } from '../../../../simulators/kit/simulator-server.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { SocketPool } from '../websocket/socket-pool.ts';
import { openVendorSocket, type VendorSocket } from '../websocket/vendor-socket.ts';
import type { ClauseSpeech } from './clause-speech.ts';
import { speakOverSocket } from './socket-synthesizer.ts';
import type { SpeechProtocol } from './speech-sockets.ts';
import { clausesOf } from './clauses.rig.ts';

/** 100 ms of audio at 1 kHz. */
const AUDIO = Buffer.alloc(200).toString('base64');

/** Answers each text with audio and a dot, unless the test takes it over. */
let answer: (socket: WebSocket, text: string) => void;
let server: SimulatorServer;
let pool: SocketPool;
/** What was done to the reading of sockets. */
let regulated: ('pause' | 'resume')[];

beforeEach(async () => {
  regulated = [];
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
    open: (_key, signal) => open(signal),
    maxAgeMs: 60_000,
    isReused: true,
    clock: systemClock,
  });
});

afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function open(signal: AbortSignal): Promise<VendorSocket> {
  const socket = await openVendorSocket({
    provider: 'vendor',
    stage: 'synthesizer',
    url: server.url.replace('http', 'ws'),
    connectMs: 2_000,
    clock: systemClock,
    signal,
  });
  for (const action of ['pause', 'resume'] as const) {
    const act = socket[action].bind(socket);
    socket[action] = () => {
      regulated.push(action);
      act();
    };
  }
  return socket;
}

/** @param capacity - clauses that one socket takes */
function protocolOf(capacity = Number.POSITIVE_INFINITY): SpeechProtocol {
  const clauses: ClauseSpeech[] = [];
  let room = capacity;
  return {
    get isFull() {
      return room === 0;
    },
    submit(socket, clause) {
      room -= 1;
      clauses.push(clause);
      socket.sendText(clause.text);
    },
    receive(socket, message) {
      if (message === '.') clauses.shift()?.end();
      else if (clauses[0]?.pushAudio(message) === false) throw socket.failure('malformed');
    },
    cancel: () => clauses.length === 0,
  };
}

function speak(
  clauses: AsyncIterable<string>,
  signal = new AbortController().signal,
  capacity?: number,
) {
  return speakOverSocket(clauses, {
    pool,
    key: '',
    protocolFor: () => protocolOf(capacity),
    rateHz: 1_000,
    ahead: 1,
    signal,
  });
}

/** What came, with the number of its clause. */
function typesOf(events: readonly SpeechEvent[]): string[] {
  return events.map(({ type, clause }) => `${type} ${clause}`);
}

/** What each clause gives. */
function whole(...clauses: readonly number[]): string[] {
  return clauses.flatMap((clause) =>
    ['clause-begun', 'speech-audio', 'clause-done'].map((type) => `${type} ${clause}`),
  );
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
  expect(typesOf(events)).toEqual(whole(0, 1));
  expect(server.requests).toBe(2);
});

it('goes on over another socket where one takes no more, without losing what that still owes', async () => {
  const withheld = Promise.withResolvers<void>();
  answer = (socket, text) => {
    if (text === 'Two.') withheld.resolve();
    // The second clause is spoken first.
    void (text === 'One.' ? withheld.promise : Promise.resolve()).then(() => {
      socket.send(AUDIO);
      socket.send('.');
    });
  };
  const texts = ['One.', 'Two.', 'Three.'];
  const { signal } = new AbortController();
  const events = await Array.fromAsync(speak(clausesOf(...texts), signal, 1));
  expect(typesOf(events)).toEqual(whole(0, 1, 2));
  expect(server.requests).toBe(3);
  await expect.poll(() => server.open).toBe(0);
});

it('reads no more from the vendor while a listener has too much before them', async () => {
  const second = Buffer.alloc(2_000).toString('base64');
  answer = (socket, text) => {
    for (let n = 0; n < 15; n += 1) socket.send(second);
    // The last clause goes on for as long as it is read.
    if (text === 'One.') socket.send('.');
  };
  const speech = speak(clausesOf('One.', 'Two.'))[Symbol.asyncIterator]();
  expect((await speech.next()).value).toEqual({ type: 'clause-begun', clause: 0 });
  await speech.next();
  await expect.poll(() => regulated).toEqual(['pause']);
  // More than twenty seconds had come; how much more is up to the network.
  for (let n = 0; n < 9; n += 1) await speech.next();
  expect(regulated).toEqual(['pause']);
  for (let n = 0; n < 6; n += 1) await speech.next();
  await expect
    .poll(async () => {
      await speech.next();
      return regulated;
    })
    .toEqual(['pause', 'resume']);
  await speech.return?.(undefined);
});

it('does not read from a further socket either while there is too much', async () => {
  const minute = Buffer.alloc(60_000).toString('base64');
  let asked = 0;
  answer = (socket) => {
    asked += 1;
    socket.send(minute);
    socket.send('.');
  };
  const { signal } = new AbortController();
  const speech = speak(clausesOf('One.', 'Two.', 'Three.'), signal, 1)[Symbol.asyncIterator]();
  await speech.next();
  await expect.poll(() => asked).toBe(2);
  await expect.poll(() => regulated).toEqual(['pause', 'pause']);
  await speech.return?.(undefined);
});

it('lets go of a socket that comes when it is left already', async () => {
  const abort = new AbortController();
  const speech = speak(clausesOf('One.'), abort.signal)[Symbol.asyncIterator]();
  await speech.next();
  abort.abort();
  expect(await speech.next()).toEqual({ done: true, value: undefined });
  await expect.poll(() => server.open).toBe(0);
});

it('fails where the vendor hung up with a clause unspoken', async () => {
  answer = (socket) => socket.close(1011);
  await expect(Array.fromAsync(speak(clausesOf('One.')))).rejects.toMatchObject({
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
  expect(typesOf(events)).toEqual(whole(0));
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
      throw new Error('This should not be asked for.');
    },
  };
  expect(await Array.fromAsync(speak(clauses, AbortSignal.abort()))).toEqual([]);
  expect(server.requests).toBe(0);
});
