import { expect, it } from 'vitest';
import { startCartesiaSimulator } from '../../../../simulators/cartesia/cartesia-simulator.ts';
import { simulatorTraffic, type Traffic } from '../../../../simulators/kit/traffic.ts';
import {
  defineVoiceCases,
  lengths,
  simulatedVendor,
  speak,
} from '../../../../test/support/simulated-vendor.ts';
import { clausesOf } from '../../vendor-kit/synthesis/clauses.rig.ts';
import { createCartesiaSynthesizer } from './cartesia-synthesizer.ts';

const vendor = simulatedVendor(
  () =>
    startCartesiaSimulator({
      speak: (text, rateHz) => new Int16Array((text.length * 60 * rateHz) / 1_000),
    }),
  (access) =>
    createCartesiaSynthesizer({
      ...access,
      model: 'sonic-3.5',
      voices: [{ id: 'first', label: 'First' }],
    }),
);

defineVoiceCases(vendor);

it('asks for another pace than the voice’s own, if its model takes one', async () => {
  const asked: string[] = [];
  const read = (message: unknown) => {
    const { way, text } = message as Traffic;
    if (way === 'in' && text?.includes('"transcript"') === true) asked.push(text);
  };
  simulatorTraffic.subscribe(read);
  const { signal } = new AbortController();
  const clauses = clausesOf('Good morning.');
  await Array.fromAsync(vendor.adapter.synthesize(clauses, { voice: 'first', speed: 1.2, signal }));
  await speak(vendor, 'Good evening.');
  simulatorTraffic.unsubscribe(read);
  const configs = asked.map(
    (text) => (JSON.parse(text) as Record<string, unknown>)['generation_config'],
  );
  expect(configs).toEqual([{ speed: 1.2 }, { speed: 1.2 }, undefined, undefined]);
  expect(vendor.simulator.complaints).toEqual([]);
  expect(vendor.adapter.speeds).toEqual({ min: 0.6, max: 1.5 });
});

it('asks for the language of the call, by the code that the vendor knows', async () => {
  const asked: unknown[] = [];
  const read = (message: unknown) => {
    const { way, text } = message as Traffic;
    if (way !== 'in' || text === undefined) return;
    const { language, flush } = JSON.parse(text) as Record<string, unknown>;
    if (flush === true) asked.push(language);
  };
  simulatorTraffic.subscribe(read);
  const { signal } = new AbortController();
  for (const language of ['de-CH', 'fil', undefined]) {
    const options = { voice: 'first', language, signal };
    await Array.fromAsync(vendor.adapter.synthesize(clausesOf('Hello.'), options));
  }
  simulatorTraffic.unsubscribe(read);
  expect(asked).toEqual(['de', 'tl', 'en']);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('speaks a long reply whole', async () => {
  const texts = Array.from({ length: 100 }, (_, n) => `${'x'.repeat(96)} ${100 + n}`);
  expect(lengths(await speak(vendor, ...texts))).toEqual(texts.map(() => 6_000));
  expect(vendor.simulator.complaints).toEqual([]);
});

it('tells where each word lies in its clause', async () => {
  const events = await speak(vendor, 'One two three.', 'Four five.');
  const timed = events.flatMap((event) => (event.type === 'words-timed' ? [event.words] : []));
  expect(timed.map((words) => words.map(({ text }) => text))).toEqual([
    ['One', 'two', 'three.'],
    ['Four', 'five.'],
  ]);
  // 60 ms a character; the vendor counts from the first clause on, we from each.
  expect(timed[1]![0]!.startMs).toBeCloseTo(0);
  expect(timed[1]![1]!.startMs).toBeCloseTo(5 * 60);
});

it('uses one socket for the replies of a call, also for what follows one that was left', async () => {
  const leave = vendor.adapter.prepare!();
  await expect.poll(() => vendor.simulator.open).toBe(1);
  await speak(vendor, 'One.', 'Two.');
  const abort = new AbortController();
  const left = vendor.adapter.synthesize(
    clausesOf('A clause that is not heard to its end.', 'And one.'),
    {
      voice: 'first',
      signal: abort.signal,
    },
  );
  for await (const event of left) if (event.type === 'speech-audio') abort.abort();
  expect(lengths(await speak(vendor, 'Three.'))).toEqual([360]);
  expect(vendor.simulator.requests).toBe(1);
  expect(vendor.simulator.complaints).toEqual([]);
  leave();
  await expect.poll(() => vendor.simulator.open).toBe(0);
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
  const speech = vendor.adapter.synthesize(clausesOf(text), { voice: 'first', signal });
  const iterator = speech[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.next();
  let before = -1;
  while (chunks !== before) {
    before = chunks;
    await speak(vendor, 'x'.repeat(200));
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
  const replies = await Promise.all(texts.map((text) => speak(vendor, text, text)));
  expect(replies.map(lengths)).toEqual(texts.map((text) => [text.length * 60, text.length * 60]));
});

it('leaves nothing open when aborted while the vendor is silent', async () => {
  vendor.simulator.fail({ kind: 'stall' }, 'first-use');
  const abort = new AbortController();
  const listening = Array.fromAsync(
    vendor.adapter.synthesize(clausesOf('Good morning.'), { voice: 'first', signal: abort.signal }),
  );
  await expect.poll(() => vendor.simulator.open).toBe(1);
  abort.abort();
  expect(lengths(await listening)).toEqual([0]);
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it.each([
  ['abrupt-close', 'first-use', 'closed'],
  ['malformed', 'first-use', 'malformed'],
  ['refuse', 'first-use', 'unreachable'],
  ['abrupt-close', 'mid-stream', 'closed'],
  ['malformed', 'mid-stream', 'malformed'],
] as const)('says what went wrong: %s at %s', async (kind, moment, fault) => {
  vendor.simulator.fail({ kind }, moment);
  await expect(speak(vendor, 'Good morning.')).rejects.toMatchObject({ fault, isRetryable: true });
});

it('passes on a status with its pause, and a refused key', async () => {
  vendor.simulator.fail({ kind: 'status', status: 429, retryAfterS: 2 }, 'first-use', 1);
  await expect(speak(vendor, 'Good morning.')).rejects.toMatchObject({
    fault: 'rate-limited',
    status: 429,
    retryAfterMs: 2_000,
  });
  const stranger = vendor.open('wrong');
  const { signal } = new AbortController();
  await expect(stranger.probe!(signal)).rejects.toMatchObject({ fault: 'unauthorized' });
  await vendor.adapter.probe!(signal);
});
