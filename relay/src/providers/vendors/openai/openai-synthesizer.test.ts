import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { toneFor, type Simulator } from '../../../../simulators/kit/simulator.ts';
import type { OpenAiBehaviour } from '../../../../simulators/openai/answering.ts';
import { startOpenAiSimulator } from '../../../../simulators/openai/openai-simulator.ts';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { createOpenAiSynthesizer } from './openai-synthesizer.ts';

let simulator: Simulator;
let synthesizer: ReturnType<typeof createOpenAiSynthesizer>;
let other: Server | undefined;
afterEach(async () => {
  other?.closeAllConnections();
  other?.close();
  other = undefined;
  await synthesizer[Symbol.asyncDispose]?.();
  await simulator[Symbol.asyncDispose]();
});

/** @param elsewhere - the address of a server that is not the simulator */
async function start(behaviour: OpenAiBehaviour = {}, elsewhere?: string): Promise<void> {
  simulator = await startOpenAiSimulator(behaviour);
  const { url, key: apiKey } = simulator;
  const baseUrl = `${elsewhere ?? url}/v1`;
  synthesizer = createOpenAiSynthesizer({
    server: { name: 'openai', baseUrl, apiKey, hasModelList: true },
    model: 'gpt-4o-mini-tts',
    voices: [{ id: 'coral', label: 'Coral' }],
    sampleRateHz: 24_000,
    context: { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' },
  });
}

async function* clauses(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

function speaking(source: AsyncIterable<string>, signal = new AbortController().signal) {
  return synthesizer.synthesize(source, { voice: 'unknown', signal });
}

async function collect(events: AsyncIterable<SpeechEvent>): Promise<SpeechEvent[]> {
  const all: SpeechEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('while a clause is heard, the two after it are on their way', async () => {
  const asked: string[] = [];
  await start({
    speak: (text, rateHz) => {
      asked.push(text);
      return toneFor(text, rateHz);
    },
  });
  const speech = speaking(clauses('One.', 'Two.', 'Three.', 'Four.'))[Symbol.asyncIterator]();
  expect(await speech.next()).toEqual({
    done: false,
    value: { type: 'clause-begun', clause: 0 },
  });
  await expect.poll(() => asked.toSorted()).toEqual(['One.', 'Three.', 'Two.']);
  await speech.return?.();
  expect(simulator.complaints).toEqual([]);
});

test('a clause too long for one request is spoken whole, in parts', async () => {
  const asked: string[] = [];
  await start({
    speak: (text) => {
      asked.push(text);
      return new Int16Array(text.length).fill(asked.length);
    },
  });
  const long = `${'many words and no end '.repeat(150)}${'𠮷'.repeat(700)} end`;
  const events = await collect(speaking(clauses(long)));
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.join('')).toBe(long);
  expect(asked.every((text) => text.length <= 1_000 && text.isWellFormed())).toBe(true);
  const samples = events.flatMap((event) =>
    event.type === 'speech-audio' ? [...event.samples] : [],
  );
  expect(samples).toHaveLength(long.length);
  expect(samples).toEqual(samples.toSorted((a, b) => a - b));
  expect(events.filter(({ type }) => type === 'clause-begun')).toHaveLength(1);
});

/** A server that answers everything in one way. */
async function serve(type: string | undefined, body: Uint8Array | string): Promise<void> {
  other = createServer((_request, response) =>
    response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(body),
  );
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  await start({}, `http://127.0.0.1:${(other.address() as AddressInfo).port}`);
}

test.each([
  ['audio/mpeg', 'content-type'],
  ['application/json', 'content-type'],
  [undefined, 'content-type'],
  ['audio/wav', 'wav'],
  ['audio/pcm', 'audio length'],
])('a song that calls itself %s is never played', async (type, note) => {
  await serve(type, 'ID3 and an odd song');
  const events = collect(speaking(clauses('Hello.')));
  await expect(events).rejects.toMatchObject({ fault: 'malformed', note, provider: 'openai' });
});

const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer);
const twice = (samples: Int16Array) => Int16Array.from([...samples].flatMap((one) => [one, one]));

/** A WAV file of unknown length, as a program that streams writes it. */
function streamedWav(samples: Int16Array, rateHz: number, channels: number): Uint8Array {
  const file = Buffer.from(encodeWav(samples, rateHz));
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(0xffff_ffff, 4);
  file.writeUInt32LE(0xffff_ffff, 40);
  return file;
}

test.each([
  ['audio/x-wav', encodeWav(toneFor('Hello.', 22_050), 22_050)],
  // Named otherwise than it is.
  ['application/octet-stream', encodeWav(toneFor('Hello.', 22_050), 22_050)],
  ['audio/wav', streamedWav(twice(toneFor('Hello.', 44_100)), 44_100, 2)],
  ['audio/pcm;rate=16000', bytesOf(toneFor('Hello.', 16_000))],
  ['audio/pcm; rate=48000; channels=2', bytesOf(twice(toneFor('Hello.', 48_000)))],
  ['audio/L16;rate=24000;channels=2', bytesOf(twice(toneFor('Hello.', 24_000)))],
])('%s is heard at the right speed', async (type, body) => {
  await serve(type, body);
  const events = await collect(speaking(clauses('Hello.')));
  const samples = events.flatMap((event) =>
    event.type === 'speech-audio' ? [...event.samples] : [],
  );
  const expected = toneFor('Hello.', 24_000);
  expect(samples).toHaveLength(expected.length);
  const middle = samples.slice(500, -500);
  const error = Math.max(...middle.map((sample, n) => Math.abs(sample - expected[n + 500]!)));
  expect(error).toBeLessThan(50);
});
