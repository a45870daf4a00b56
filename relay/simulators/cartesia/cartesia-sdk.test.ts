import type * as Sdk from '@cartesia/cartesia-js';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Simulator } from '../kit/simulator.ts';
import { startCartesiaSimulator } from './cartesia-simulator.ts';

// Its build for `require` is the one that speaks through `ws`, which can be told how to connect.
const { Cartesia } = createRequire(import.meta.url)('@cartesia/cartesia-js') as typeof Sdk;

let simulator: Simulator;
let client: Sdk.Cartesia;

beforeEach(async () => {
  simulator = await startCartesiaSimulator();
  client = new Cartesia({ apiKey: simulator.key, baseURL: simulator.url });
});

afterEach(() => simulator[Symbol.asyncDispose]());

/** The SDK speaks `wss:` to any address; this leaves out the encryption, and nothing else. */
class PlainAgent extends Agent {
  override createConnection(options: { host?: string | null; port?: number | string | null }) {
    return connect({ host: options.host ?? '127.0.0.1', port: Number(options.port) });
  }
}

function open() {
  return client.tts.websocket({ agent: new PlainAgent() });
}

const VOICE = {
  model_id: 'sonic-3.5',
  voice: 'e07c00bc-4134-4eae-9ea4-1a55fb45746b',
  output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 24_000 },
  language: 'en',
} as const;

it('speaks for the vendor’s own SDK, flush by flush', async () => {
  const socket = await open();
  const context = socket.context({ ...VOICE, add_timestamps: true });
  await context.push({ transcript: 'Good morning. ', flush: true });
  await context.push({ transcript: 'It is nine. ', flush: true });
  await context.no_more_inputs();
  const bytes = new Map<number, number>();
  const words: string[] = [];
  const flushes: number[] = [];
  const starts: number[] = [];
  for await (const event of context.receive({ timeout: 5_000 })) {
    if (event.type === 'chunk') {
      const id = event.flush_id!;
      bytes.set(id, (bytes.get(id) ?? 0) + event.audio!.length);
    } else if (event.type === 'timestamps') {
      words.push(...event.word_timestamps!.words);
      starts.push(event.word_timestamps!.start[0]!);
    } else if (event.type === 'flush_done') flushes.push(event.flush_id);
  }
  const lengthOf = (text: string) => text.length * 60 * 24 * 2;
  expect([...bytes]).toEqual([
    [1, lengthOf('Good morning.')],
    [2, lengthOf('It is nine.')],
  ]);
  expect(flushes).toEqual([1, 2]);
  expect(words).toEqual(['Good', 'morning.', 'It', 'is', 'nine.']);
  // Times count from the context's beginning.
  expect(starts).toEqual([0, 0.78]);
  socket.close();
  expect(simulator.complaints).toEqual([]);
});

it('serves several contexts on one socket, and forgets those that are cancelled', async () => {
  const socket = await open();
  const cancelled = socket.context(VOICE);
  await cancelled.push({ transcript: 'The end of this will not be heard, however long it is. ' });
  await cancelled.cancel();
  const other: string[] = [];
  socket.on('event', (event) => {
    if ('context_id' in event && event.context_id === cancelled.contextId) other.push(event.type);
  });
  let bytes = 0;
  for await (const event of socket.generate({
    ...VOICE,
    context_id: 'two',
    transcript: 'Hello.',
  })) {
    if (event.type === 'chunk') bytes += event.audio!.length;
  }
  expect(bytes).toBe(6 * 60 * 24 * 2);
  expect(other).not.toContain('done');
  expect(simulator.requests).toBe(1);
  socket.close();
  expect(simulator.complaints).toEqual([]);
});

it('tells the SDK of a wrong request and of a wrong key', async () => {
  const socket = await open();
  socket.on('error', () => {});
  const context = socket.context(VOICE);
  await context.send({ transcript: 'Text beside a flush.', continue: true, flush: true });
  await expect(context.receive({ timeout: 5_000 }).next()).resolves.toMatchObject({
    value: { type: 'error', status_code: 400 },
  });
  expect(simulator.complaints).toHaveLength(1);
  // At its first connection the SDK's errors have no listener yet; at the next they have one.
  client.apiKey = 'wrong';
  socket.close();
  await expect(context.flush()).rejects.toMatchObject({ message: expect.stringMatching('401') });
});
