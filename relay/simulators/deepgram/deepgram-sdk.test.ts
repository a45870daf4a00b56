import { DeepgramClient } from '@deepgram/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toneFor, type Simulator } from '../kit/simulator.ts';
import { startDeepgramSimulator } from './deepgram-simulator.ts';

/*
 * The vendor's own client, unmodified, against the simulator: what it can talk to, the adapters
 * may rely on. It covers every message the adapters use; `Warning` is only ever sent by the vendor.
 */

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startDeepgramSimulator();
});

afterEach(async () => {
  await simulator[Symbol.asyncDispose]();
});

function client(apiKey = simulator.key): DeepgramClient {
  const socketUrl = simulator.url.replace('http', 'ws');
  return new DeepgramClient({
    apiKey,
    reconnect: false,
    environment: {
      base: simulator.url,
      production: socketUrl,
      agent: socketUrl,
      agentRest: simulator.url,
    },
  });
}

/** A message of any endpoint, as far as these tests look into it. */
interface Message {
  readonly type: string;
  readonly event?: string;
  readonly transcript?: string;
  readonly is_final?: boolean;
  readonly from_finalize?: boolean;
  readonly channel?: { readonly alternatives: readonly { readonly transcript: string }[] };
}

const second = new Int16Array(16_000).fill(2_000);

test('listens by Nova: interim results, a final one from Finalize, metadata at the end', async () => {
  const connection = await client().listen.v1.connect({
    model: 'nova-3',
    encoding: 'linear16',
    sample_rate: 16_000,
    interim_results: 'true',
  });
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    connection.on('message', (received) => {
      const message = received as Message;
      const text = message.channel?.alternatives[0]?.transcript;
      told.push(text === undefined ? message.type : `${String(message.is_final)} ${text}`);
      if (message.from_finalize === true) connection.sendCloseStream({ type: 'CloseStream' });
      if (message.type === 'Metadata') resolve();
    });
  });
  connection.connect();
  await connection.waitForOpen();
  for (let n = 0; n < 20; n += 1) connection.sendMedia(second.subarray(0, 1_600));
  connection.sendKeepAlive({ type: 'KeepAlive' });
  connection.sendFinalize({ type: 'Finalize' });
  await done;
  connection.close();
  expect(told).toEqual([
    'false 16000 samples',
    'false 32000 samples',
    'true 32000 samples',
    'Metadata',
  ]);
  expect(simulator.complaints).toEqual([]);
});

test('listens by Flux: a turn starts, probably ends, and ends', async () => {
  const connection = await client().listen.v2.connect({
    model: 'flux-general-en',
    encoding: 'linear16',
    sample_rate: 16_000,
    eager_eot_threshold: 0.5,
  });
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    connection.on('message', (received) => {
      const message = received as Message;
      told.push(
        message.event === undefined ? message.type : `${message.event} ${message.transcript}`,
      );
      if (message.event === 'EndOfTurn') connection.sendCloseStream({ type: 'CloseStream' });
    });
    connection.on('close', () => resolve());
  });
  connection.connect();
  await connection.waitForOpen();
  for (let n = 0; n < 4; n += 1) connection.sendMedia(second.subarray(0, 1_600));
  for (let n = 0; n < 4; n += 1) connection.sendMedia(new Int16Array(1_600));
  await done;
  connection.close();
  expect(told).toEqual([
    'Connected',
    'StartOfTurn 4800 samples',
    'EagerEndOfTurn 9600 samples',
    'EndOfTurn 9600 samples',
  ]);
  expect(simulator.complaints).toEqual([]);
});

test('speaks by Aura: audio and a mark for each flush, and stops when cleared', async () => {
  const connection = await client().speak.v1.connect({
    model: 'aura-2-thalia-en',
    encoding: 'linear16',
    sample_rate: '24000',
  });
  const told: string[] = [];
  let bytes = 0;
  const done = new Promise<void>((resolve) => {
    connection.on('message', (received: unknown) => {
      if (received instanceof Blob) {
        bytes += received.size;
        return;
      }
      const message = received as Message;
      told.push(message.type);
      if (message.type === 'Flushed') connection.sendClear({ type: 'Clear' });
      if (message.type === 'Cleared') resolve();
    });
  });
  connection.connect();
  await connection.waitForOpen();
  connection.sendText({ type: 'Speak', text: 'Hello there.' });
  connection.sendFlush({ type: 'Flush' });
  await done;
  connection.close();
  expect(told).toEqual(['Metadata', 'Flushed', 'Cleared']);
  expect(bytes).toBe(toneFor('Hello there.', 24_000).byteLength);
  expect(simulator.complaints).toEqual([]);
});

test('speaks by Flux: each turn between its start and its metadata, in order', async () => {
  const connection = await client().speak.v2.connect({
    model: 'flux-haley-en',
    encoding: 'linear16',
    sample_rate: '24000',
    Authorization: `Token ${simulator.key}`,
  });
  const told: string[] = [];
  let bytes = 0;
  const done = new Promise<void>((resolve) => {
    connection.on('message', (received: unknown) => {
      if (received instanceof Blob) bytes += received.size;
      else if (received instanceof ArrayBuffer) bytes += received.byteLength;
      else {
        const { type } = received as Message;
        told.push(type);
        if (type === 'SessionMetadata') resolve();
      }
    });
  });
  connection.connect();
  await connection.waitForOpen();
  for (const text of ['Hello there.', 'Bye.']) {
    connection.sendSpeak({ type: 'Speak', text });
    connection.sendFlush({ type: 'Flush' });
  }
  connection.sendClose({ type: 'Close' });
  await done;
  connection.close();
  expect(told.filter((type) => type !== 'Flushed')).toEqual([
    'Connected',
    'SpeechStarted',
    'SpeechMetadata',
    'SpeechStarted',
    'SpeechMetadata',
    'SessionMetadata',
  ]);
  expect(told.filter((type) => type === 'Flushed')).toHaveLength(2);
  expect(bytes).toBe(
    toneFor('Hello there.', 24_000).byteLength + toneFor('Bye.', 24_000).byteLength,
  );
  expect(simulator.complaints).toEqual([]);
});

test.each(['listen', 'speak'] as const)('a wrong key is refused at %s', async (service) => {
  const stranger = client('wrong');
  const connection =
    service === 'listen'
      ? await stranger.listen.v1.connect({
          model: 'nova-3',
          encoding: 'linear16',
          sample_rate: 16_000,
        })
      : await stranger.speak.v1.connect({ model: 'aura-2-thalia-en' });
  const failed = new Promise<Error>((resolve) => {
    connection.on('error', resolve);
  });
  connection.connect();
  expect((await failed).message).toContain('401');
  connection.close();
});
