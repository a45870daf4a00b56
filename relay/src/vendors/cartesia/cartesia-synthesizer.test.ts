import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCartesiaSimulator } from '../../../simulators/cartesia/cartesia-simulator.ts';
import type { Simulator } from '../../../simulators/kit/simulator.ts';
import { simulatorTraffic, type Traffic } from '../../../simulators/kit/traffic.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { clausesOf, samplesOf } from '../../vendor-kit/synthesis/test-clauses.ts';
import type { SpeechEvent, Synthesizer } from '../../stages/synthesizer.ts';
import { createCartesiaSynthesizer } from './cartesia-synthesizer.ts';

let simulator: Simulator;
let synthesizer: Synthesizer & AsyncDisposable;

function create(apiKey = simulator.key): Synthesizer & AsyncDisposable {
  return createCartesiaSynthesizer({
    apiKey,
    baseUrl: simulator.url,
    model: 'sonic-3.5',
    voices: [{ id: 'first', label: 'First' }],
    context: { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' },
  });
}

beforeEach(async () => {
  simulator = await startCartesiaSimulator({
    speak: (text, rateHz) => new Int16Array((text.length * 60 * rateHz) / 1_000),
  });
  synthesizer = create();
});

afterEach(async () => {
  await synthesizer[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
});

function speak(...texts: readonly string[]): Promise<SpeechEvent[]> {
  const { signal } = new AbortController();
  return Array.fromAsync(synthesizer.synthesize(clausesOf(...texts), { voice: 'first', signal }));
}

/** The length of each clause's audio, ms. */
function lengths(events: readonly SpeechEvent[]): readonly number[] {
  return samplesOf(events).map((samples) => samples / 24);
}

it('speaks each clause after the one before, whatever its script', async () => {
  const texts = ['Good morning.', 'Доброе утро.', 'おはようございます。', '…', 'It is nine.'];
  expect(lengths(await speak(...texts))).toEqual(
    texts.map((text) => (text === '…' ? 0 : text.length * 60)),
  );
  expect(simulator.complaints).toEqual([]);
});

it('speaks a long reply whole', async () => {
  const texts = Array.from({ length: 100 }, (_, n) => `${'x'.repeat(96)} ${100 + n}`);
  expect(lengths(await speak(...texts))).toEqual(texts.map(() => 6_000));
  expect(simulator.complaints).toEqual([]);
});

it('tells where each word lies in its clause', async () => {
  const events = await speak('One two three.', 'Four five.');
  const timed = events.flatMap((event) => (event.type === 'words-timed' ? [event.words] : []));
  expect(timed.map((words) => words.map(({ text }) => text))).toEqual([
    ['One', 'two', 'three.'],
    ['Four', 'five.'],
  ]);
  // 60 ms a character; the vendor counts from the first clause on, we from each.
  expect(timed[1]![0]!.startMs).toBeCloseTo(0);
  expect(timed[1]![1]!.startMs).toBeCloseTo(5 * 60);
});

it('opens nothing where there is nothing to say', async () => {
  expect(await speak()).toEqual([]);
  expect(await speak('—')).toEqual([
    { type: 'clause-begun', clause: 0 },
    { type: 'clause-done', clause: 0 },
  ]);
  expect(simulator.requests).toBe(0);
});

it('uses one socket for the replies of a call, also for what follows one that was left', async () => {
  const leave = synthesizer.prepare!();
  await expect.poll(() => simulator.open).toBe(1);
  await speak('One.', 'Two.');
  const abort = new AbortController();
  const left = synthesizer.synthesize(
    clausesOf('A clause that nobody hears to its end.', 'And one.'),
    {
      voice: 'first',
      signal: abort.signal,
    },
  );
  for await (const event of left) if (event.type === 'speech-audio') abort.abort();
  expect(lengths(await speak('Three.'))).toEqual([360]);
  expect(simulator.requests).toBe(1);
  expect(simulator.complaints).toEqual([]);
  leave();
  await expect.poll(() => simulator.open).toBe(0);
});

it('stops the vendor when the listener stops, however long the clause', async () => {
  let chunks = 0;
  let first: number | undefined;
  const count = (message: unknown) => {
    const { line, way, text } = message as Traffic;
    first ??= line;
    if (line === first && way === 'out' && text?.includes('"chunk"') === true) chunks += 1;
  };
  simulatorTraffic.subscribe(count);
  const { signal } = new AbortController();
  const text = 'word '.repeat(2_000).trim();
  const speech = synthesizer.synthesize(clausesOf(text), { voice: 'first', signal });
  const iterator = speech[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.next();
  let before = -1;
  while (chunks !== before) {
    before = chunks;
    await speak('x'.repeat(200));
  }
  simulatorTraffic.unsubscribe(count);
  const all = (text.length * 60) / 200;
  expect(chunks).toBeGreaterThan(0);
  expect(chunks).toBeLessThan(all / 2);
  let ms = 200;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    if (value.type === 'speech-audio') ms += value.samples.length / 24;
  }
  expect(ms).toBe(text.length * 60);
});

it('keeps twenty replies apart', async () => {
  const texts = Array.from({ length: 20 }, (_, n) => 'word '.repeat(n + 1).trim());
  const replies = await Promise.all(texts.map((text) => speak(text, text)));
  expect(replies.map(lengths)).toEqual(texts.map((text) => [text.length * 60, text.length * 60]));
});

it('leaves nothing open when aborted while the vendor is silent', async () => {
  simulator.fail({ kind: 'stall' }, 'first-use');
  const abort = new AbortController();
  const listening = Array.fromAsync(
    synthesizer.synthesize(clausesOf('Good morning.'), { voice: 'first', signal: abort.signal }),
  );
  await expect.poll(() => simulator.open).toBe(1);
  abort.abort();
  expect(lengths(await listening)).toEqual([0]);
  await expect.poll(() => simulator.open).toBe(0);
});

it.each([
  ['abrupt-close', 'first-use', 'closed'],
  ['malformed', 'first-use', 'malformed'],
  ['refuse', 'first-use', 'unreachable'],
  ['abrupt-close', 'mid-stream', 'closed'],
  ['malformed', 'mid-stream', 'malformed'],
] as const)('says what went wrong: %s at %s', async (kind, moment, fault) => {
  simulator.fail({ kind }, moment);
  await expect(speak('Good morning.')).rejects.toMatchObject({ fault, isRetryable: true });
});

it('passes on a status with its pause, and a refused key', async () => {
  simulator.fail({ kind: 'status', status: 429, retryAfterS: 2 }, 'first-use', 1);
  await expect(speak('Good morning.')).rejects.toMatchObject({
    fault: 'rate-limited',
    status: 429,
    retryAfterMs: 2_000,
  });
  await using stranger = create('wrong');
  const { signal } = new AbortController();
  await expect(stranger.probe!(signal)).rejects.toMatchObject({ fault: 'unauthorized' });
  await synthesizer.probe!(signal);
});
