import type { DetectorAnswer, DetectorRequest, SpeechFound } from '@parley/speech-detector';
import { expect, test } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { ScriptedWorker } from '../../base/lib/worker-pool.fake.ts';
import { DetectorThreads } from './detector-threads.ts';

const SECOND = 16_000;

/** A detector that finds speech in each input, with an onset that is the input's first sample. */
class Detector extends ScriptedWorker {
  /** Whether it answers. */
  isHung = false;
  readonly fed: (readonly [stream: number, what: string])[][] = [];
  #answered = 0;

  override postMessage(message: unknown): void {
    this.requests.push(message);
    if (!this.isHung) queueMicrotask(() => this.goOn());
  }

  goOn(): void {
    while (this.#answered < this.requests.length) {
      this.answer(this.#answerTo(this.requests[this.#answered] as DetectorRequest));
      this.#answered += 1;
    }
  }

  #answerTo(request: DetectorRequest): DetectorAnswer {
    if (request.type === 'start') {
      return { type: 'started', weights: request.weights ?? new SharedArrayBuffer(4) };
    }
    this.fed.push(
      request.inputs.map(([stream, input]) => [
        stream,
        input.type === 'samples' ? `${input.samples.length}` : input.type,
      ]),
    );
    const found = request.inputs.flatMap(([stream, input]): [number, SpeechFound][] =>
      input.type === 'samples'
        ? [[stream, { type: 'speech-started', utterance: 1, onsetMs: input.samples[0]! }]]
        : [],
    );
    return { type: 'found', found };
  }
}

function scene(maxThreads = 2) {
  const workers: Detector[] = [];
  const clock = new FakeClock();
  const spawn = () => {
    const worker = new Detector();
    workers.push(worker);
    queueMicrotask(() => worker.ready());
    return worker;
  };
  const threads = new DetectorThreads({ spawn, maxThreads, clock });
  const open = () => {
    const found: number[] = [];
    const failed: string[] = [];
    const stream = threads.open({
      longestMs: 60_000,
      onFound: (what) => found.push(what.type === 'speech-started' ? what.onsetMs : -1),
      onFailed: ({ code }) => failed.push(code),
    });
    return { stream, found, failed };
  };
  return { threads, workers, clock, open };
}

const samples = (first: number, length = 320) => new Int16Array(length).fill(first);

test('what several streams send meanwhile goes to the thread at once, each in its order', async () => {
  const { workers, clock, open } = scene();
  const [one, other] = [open(), open()];
  await clock.advance(100);
  for (let n = 1; n <= 3; n += 1) {
    one.stream.push(samples(n));
    other.stream.push(samples(10 * n));
  }
  // For each piece of audio; the thread hears what has changed.
  for (const isPlaying of [false, true, true]) one.stream.setPlaying(isPlaying);
  one.stream.push(samples(4));
  await clock.advance(20);
  expect(one.found).toEqual([1, 2, 3, 4]);
  expect(other.found).toEqual([10, 20, 30]);
  expect(workers).toHaveLength(1);
  expect(workers[0]!.fed).toEqual([
    [
      [0, 'open'],
      [1, 'open'],
    ],
    [
      ...['320', '320', '320', 'playing', '320'].map((what) => [0, what]),
      ...['320', '320', '320'].map((what) => [1, what]),
    ],
  ]);
  await clock.advance(1_000);
  expect(workers[0]!.requests, 'a thread is asked nothing while nothing comes').toHaveLength(3);
});

test('takes a copy of what is pushed', async () => {
  const { clock, open } = scene();
  const { stream, found } = open();
  const buffer = samples(5);
  stream.push(buffer);
  buffer.fill(6);
  await clock.advance(100);
  expect(found).toEqual([5]);
});

test('a recording that is sent at once leaves the other streams their turn', async () => {
  const { workers, clock, open } = scene();
  const [long, short] = [open(), open()];
  await clock.advance(100);
  expect(long.stream.push(samples(1, 5 * SECOND))).toBe(true);
  short.stream.push(samples(2));
  await clock.advance(20);
  expect(workers[0]!.fed.at(-1)).toEqual([
    [0, '16000'],
    [1, '320'],
  ]);
  await clock.advance(100);
  expect(long.found).toHaveLength(5);
});

test('refuses what is more than a minute, and takes audio again later', async () => {
  const { clock, open } = scene();
  const { stream, found } = open();
  expect(stream.push(samples(1, 60 * SECOND))).toBe(true);
  expect(stream.push(samples(2))).toBe(false);
  await clock.advance(2_000);
  expect(stream.push(samples(3))).toBe(true);
  await clock.advance(100);
  expect([...new Set(found)]).toEqual([1, 3]);
});

test('refuses audio while the detector is more than five seconds behind', async () => {
  const { workers, clock, open } = scene();
  const { stream, found, failed } = open();
  await clock.advance(100);
  workers[0]!.isHung = true;
  stream.push(samples(1));
  await clock.advance(100);
  expect(stream.push(samples(2))).toBe(true);
  await clock.advance(6_000);
  expect(stream.push(samples(3))).toBe(false);
  workers[0]!.isHung = false;
  workers[0]!.goOn();
  await clock.advance(100);
  expect(stream.push(samples(4))).toBe(true);
  await clock.advance(100);
  expect(found).toEqual([1, 2, 4]);
  expect(failed).toEqual([]);
});

test.each([
  ['dies', (worker: Detector) => worker.emit('error', new Error('out of memory'))],
  ['never answers', (worker: Detector) => (worker.isHung = true)],
])('fails the streams of a thread that %s, once; the next one gets another', async (_, harm) => {
  const { workers, clock, open } = scene(1);
  const lost = [open(), open()];
  await clock.advance(100);
  harm(workers[0]!);
  for (const { stream } of lost) stream.push(samples(1));
  await clock.advance(30_000);
  for (const { stream, failed } of lost) {
    expect(failed).toEqual(['internal_error']);
    expect(stream.push(samples(2))).toBe(false);
    stream[Symbol.dispose]();
  }
  expect(workers[0]!.terminated).toBe(true);
  const next = open();
  next.stream.push(samples(3));
  await clock.advance(100);
  expect(next.found).toEqual([3]);
  expect(workers).toHaveLength(2);
  const [start] = workers[1]!.requests as DetectorRequest[];
  expect(start, 'the weights are read once').toMatchObject({
    weights: expect.any(SharedArrayBuffer),
  });
});

test('a stream is told nothing after it was closed', async () => {
  const { workers, clock, open } = scene();
  const [closed, kept] = [open(), open()];
  await clock.advance(100);
  workers[0]!.isHung = true;
  closed.stream.push(samples(1));
  kept.stream.push(samples(2));
  await clock.advance(100);
  closed.stream[Symbol.dispose]();
  workers[0]!.isHung = false;
  workers[0]!.goOn();
  await clock.advance(100);
  expect([closed.found, kept.found]).toEqual([[], [2]]);
  kept.stream.push(samples(3));
  await clock.advance(100);
  expect(workers[0]!.fed.flat()).toContainEqual([0, 'close']);
});

test('spreads streams over threads once each has some, and no more threads than it may', async () => {
  const { workers, clock, open } = scene(2);
  const streams = Array.from({ length: 64 }, open);
  await clock.advance(100);
  const sizes = workers.map(({ fed }) => fed.flat().filter(([, what]) => what === 'open').length);
  expect(sizes).toEqual([32, 32]);
  for (const { stream } of streams) stream[Symbol.dispose]();
  await clock.advance(130_000);
  expect(
    workers.map(({ terminated }) => terminated),
    'unused threads end',
  ).toEqual([true, true]);
});

test('what a stream’s owner throws is no other stream’s failure', async () => {
  const { threads, clock, open } = scene();
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  try {
    const bad = threads.open({
      longestMs: 60_000,
      onFound: () => {
        throw new Error('the owner’s own');
      },
      onFailed: () => {},
    });
    const good = open();
    bad.push(samples(1));
    good.stream.push(samples(2));
    await clock.advance(100);
    expect([good.found, good.failed]).toEqual([[2], []]);
    expect(thrown).toEqual([new Error('the owner’s own')]);
  } finally {
    process.removeListener('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
  }
});
