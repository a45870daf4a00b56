import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDeepgramSimulator } from '../../../../simulators/deepgram/deepgram-simulator.ts';
import type { Fault } from '../../../../simulators/kit/fault.ts';
import { toneFor, type Behaviour, type Simulator } from '../../../../simulators/kit/simulator.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { clausesOf, samplesOf } from '../../vendor-kit/synthesis/clauses.rig.ts';
import type { SpeechEvent, Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import { auraVoices } from './deepgram-vendor.ts';
import { createAuraSynthesizer } from './deepgram-aura-synthesizer.ts';

let simulator: Simulator;
const owned: AsyncDisposable[] = [];

beforeEach(async () => {
  simulator = await startDeepgramSimulator();
});

afterEach(async () => {
  for (const one of owned.splice(0)) await one[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
});

function make(apiKey = simulator.key): Owned<Synthesizer> {
  const synthesizer = createAuraSynthesizer(
    { baseUrl: simulator.url, apiKey, voices: auraVoices('en-US') },
    { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' },
  );
  owned.push(synthesizer);
  return synthesizer;
}

async function restart(behaviour: Behaviour): Promise<void> {
  await simulator[Symbol.asyncDispose]();
  simulator = await startDeepgramSimulator(behaviour);
}

function speak(
  synthesizer: Synthesizer,
  clauses: AsyncIterable<string>,
  signal = new AbortController().signal,
): AsyncIterable<SpeechEvent> {
  return synthesizer.synthesize(clauses, { voice: 'aura-2-thalia-en', signal });
}

/** The number of each clause's samples. */
async function told(speech: AsyncIterable<SpeechEvent>): Promise<readonly number[]> {
  return samplesOf(await Array.fromAsync(speech));
}

function expected(...clauses: string[]): readonly number[] {
  return clauses.map((text) => toneFor(text, 24_000).length);
}

test('clauses are spoken in order, each with all of its audio', async () => {
  const clauses = ['Hello.', 'How are you today?', 'Γειά σου, 你好 🙂.', 'Bye.'];
  expect(await told(speak(make(), clausesOf(...clauses)))).toEqual(expected(...clauses));
  expect(simulator.complaints).toEqual([]);
});

test('the samples are those of the vendor', async () => {
  const audio: number[] = [];
  for await (const event of speak(make(), clausesOf('Hello there.'))) {
    if (event.type === 'speech-audio') audio.push(...event.samples);
  }
  expect(Int16Array.from(audio)).toEqual(toneFor('Hello there.', 24_000));
});

test('without clauses nothing is asked of the vendor', async () => {
  expect(await told(speak(make(), clausesOf()))).toEqual([]);
  expect(simulator.requests).toBe(0);
});

test('clauses that cannot be spoken pass without audio and without a request', async () => {
  expect(await told(speak(make(), clausesOf('…', ' — ', '🙂')))).toEqual([0, 0, 0]);
  expect(simulator.requests).toBe(0);
});

test('one connection serves reply after reply of a call', async () => {
  const synthesizer = make();
  const release = synthesizer.prepare!();
  for (let n = 0; n < 3; n += 1) {
    expect(await told(speak(synthesizer, clausesOf('One.', 'Two.')))).toEqual(
      expected('One.', 'Two.'),
    );
  }
  expect(simulator.requests).toBe(1);
  release();
  await eventually(() => simulator.open === 0);
  expect(simulator.open).toBe(0);
});

test('a call that speaks by another voice keeps its connection too', async () => {
  const synthesizer = make();
  const release = synthesizer.prepare!();
  const { signal } = new AbortController();
  for (let n = 0; n < 3; n += 1) {
    const speech = synthesizer.synthesize(clausesOf('Hi.'), { voice: 'aura-2-draco-en', signal });
    expect(await told(speech)).toEqual(expected('Hi.'));
  }
  expect(simulator.requests).toBe(2);
  release();
  await eventually(() => simulator.open === 0);
  expect(simulator.open).toBe(0);
});

test('a long reply stays within the flushes that the vendor allows', async () => {
  await restart({ speak: (text) => new Int16Array(text.length) });
  const clauses = Array.from({ length: 100 }, (_, n) => `Sentence ${n} ${'word '.repeat(18)}.`);
  const spoken = await told(speak(make(), clausesOf(...clauses)));
  expect(spoken).toEqual(clauses.map((text) => text.length));
  expect(simulator.complaints).toEqual([]);
  expect(simulator.requests).toBe(6);
});

test('one clause of ten thousand characters is spoken whole', async () => {
  await restart({ speak: (text) => new Int16Array(text.length) });
  const clause = 'lorem ipsum '.repeat(834).trim();
  expect(await told(speak(make(), clausesOf(clause)))).toEqual([clause.length]);
  expect(simulator.complaints).toEqual([]);
});

test('no more than two clauses are taken ahead of the one being read', async () => {
  let taken = 0;
  async function* counted(): AsyncGenerator<string> {
    for (let n = 0; n < 10; n += 1) {
      taken += 1;
      yield `Clause number ${n}.`;
    }
  }
  let started = 0;
  for await (const event of speak(make(), counted())) {
    if (event.type === 'clause-begun') started += 1;
    await eventually(() => taken >= Math.min(10, started + 2));
    expect(taken).toBeLessThanOrEqual(started + 2);
  }
  expect([started, taken]).toEqual([10, 10]);
});

test('aborting ends the speech without an error, and leaves nothing', async () => {
  await restart({ firstAudioDelayMs: 5_000 });
  const abort = new AbortController();
  const speech = told(speak(make(), clausesOf('Hello.', 'Goodbye.'), abort.signal));
  await eventually(() => simulator.open === 1);
  abort.abort();
  expect(await speech).toEqual([0]);
  await eventually(() => simulator.open === 0);
  expect(simulator.open).toBe(0);
});

test('aborting does not wait for clauses that never come', async () => {
  async function* hanging(): AsyncGenerator<string> {
    yield 'Hello.';
    await new Promise(() => {});
  }
  const abort = new AbortController();
  const speech = speak(make(), hanging(), abort.signal);
  for await (const event of speech) if (event.type === 'speech-audio') abort.abort();
  await eventually(() => simulator.open === 0);
  expect(simulator.open).toBe(0);
});

test('leaving the loop early leaves nothing', async () => {
  for await (const event of speak(make(), clausesOf('One.', 'Two.', 'Three.'))) {
    if (event.type === 'speech-audio') break;
  }
  await eventually(() => simulator.open === 0);
  expect(simulator.open).toBe(0);
});

const faults: readonly [Fault, 'first-use' | 'mid-stream', string][] = [
  [{ kind: 'malformed' }, 'first-use', 'malformed'],
  [{ kind: 'malformed' }, 'mid-stream', 'malformed'],
  [{ kind: 'abrupt-close' }, 'first-use', 'closed'],
  [{ kind: 'abrupt-close' }, 'mid-stream', 'closed'],
  [{ kind: 'refuse' }, 'first-use', 'unreachable'],
  [{ kind: 'status', status: 429 }, 'first-use', 'rate-limited'],
  [{ kind: 'status', status: 500 }, 'first-use', 'overloaded'],
];
test.each(faults)('%o at %s is %s, and the next reply is spoken', async (fault, moment, name) => {
  simulator.fail(fault, moment, 1);
  const synthesizer = make();
  const speech = told(speak(synthesizer, clausesOf('One.', 'Two.')));
  await expect(speech).rejects.toMatchObject({ fault: name, stage: 'synthesizer' });
  expect(await told(speak(synthesizer, clausesOf('Three.')))).toEqual(expected('Three.'));
});

test('a wrong key is unauthorized', async () => {
  const synthesizer = make('wrong');
  const error = { fault: 'unauthorized', status: 401, provider: 'deepgram-aura' };
  await expect(told(speak(synthesizer, clausesOf('Hi.')))).rejects.toMatchObject(error);
  await expect(synthesizer.probe!(new AbortController().signal)).rejects.toMatchObject(error);
});

test('an unknown voice is spoken by the first one', async () => {
  const { signal } = new AbortController();
  const speech = make().synthesize(clausesOf('Hi.'), { voice: 'unknown', signal });
  expect(await told(speech)).toEqual(expected('Hi.'));
  expect(simulator.complaints).toEqual([]);
});

test('what goes wrong with the clauses is told as it is', async () => {
  async function* failing(): AsyncGenerator<string> {
    yield 'One.';
    throw new Error('no more words');
  }
  await expect(told(speak(make(), failing()))).rejects.toThrow('no more words');
});
