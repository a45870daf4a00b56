import * as fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { UtteranceRecorder, type UtteranceChunk } from './utterance-recorder.ts';

let chunks: UtteranceChunk[];
let recorder: UtteranceRecorder;

beforeEach(() => {
  chunks = [];
  recorder = new UtteranceRecorder(1_000, (chunk) => chunks.push(chunk));
});

/** A microphone whose n-th sample is n, so that what was sent is known exactly. */
function record(fromSample: number, frames: number, size = 512): number {
  for (let n = 0; n < frames; n += 1) {
    const first = fromSample + n * size;
    recorder.push({
      samples: Int16Array.from({ length: size }, (_, i) => first + i),
      startMs: first / 16,
    });
  }
  return fromSample + frames * size;
}

const sent = () => chunks.flatMap(({ samples }) => [...samples]);
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('nothing leaves before an utterance begins', () => {
  record(0, 20);
  expect(chunks).toEqual([]);
});

test('an utterance begins with what was captured before it was recognised', () => {
  const end = record(0, 20);
  recorder.begin(340);
  recorder.end();
  expect(sent()).toEqual(count(340 * 16, end));
  expect(chunks[0]!.startMs).toBe(340);
});

test('chunks hold 1,600 samples, the last one the rest', () => {
  recorder.begin(0);
  record(0, 10);
  recorder.end();
  expect(chunks.map(({ samples, last }) => [samples.length, last])).toEqual([
    [1_600, false],
    [1_600, false],
    [1_600, false],
    [320, true],
  ]);
  expect(chunks.map(({ startMs }) => startMs)).toEqual([0, 100, 200, 300]);
});

test('an utterance that fills its chunks ends with an empty mark', () => {
  recorder.begin(0);
  record(0, 2, 1_600);
  recorder.end();
  expect(chunks.at(-1)).toEqual({ samples: new Int16Array(0), startMs: 200, last: true });
});

test('the silence that is kept reaches only so far back', () => {
  const end = record(0, 100, 160);
  expect(end).toBe(16_000);
  record(16_000, 50, 160);
  recorder.begin(0);
  recorder.end();
  expect(sent()[0]).toBe(8_000);
});

test('what one utterance sent is not sent again by the next', () => {
  recorder.begin(0);
  const between = record(0, 10);
  recorder.end();
  const end = record(between, 3);
  recorder.begin(0);
  recorder.end();
  expect(sent()).toEqual(count(0, end));
});

test('what followed the end of an abandoned utterance is sent again with the next', () => {
  recorder.begin(0);
  const sentUpTo = record(0, 50);
  recorder.abandon(1_000);
  recorder.begin(700);
  const end = record(sentUpTo, 2);
  recorder.end();
  const last = chunks.findLastIndex(({ startMs }) => startMs === 1_000);
  expect(chunks.slice(0, last).every((chunk) => !chunk.last)).toBe(true);
  expect(chunks.slice(last).flatMap(({ samples }) => [...samples])).toEqual(count(16_000, end));
});

test('what may be needed again is kept, however long ago it was', () => {
  recorder.begin(0);
  let end = record(0, 20);
  recorder.keepFrom(500);
  end = record(end, 40);
  recorder.abandon(300);
  chunks = [];
  recorder.begin(500);
  recorder.end();
  expect(sent()).toEqual(count(8_000, end));
});

test('what was forgotten is never sent', () => {
  const muted = record(0, 5);
  recorder.forget();
  const end = record(muted, 2);
  recorder.begin(0);
  recorder.end();
  expect(sent()).toEqual(count(muted, end));
});

test('ending twice, or without a beginning, sends nothing', () => {
  recorder.end();
  expect(chunks).toEqual([]);
});

test('for any frames, an utterance holds every sample once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 10 }),
      (sizes) => {
        chunks = [];
        recorder = new UtteranceRecorder(1_000, (chunk) => chunks.push(chunk));
        recorder.begin(0);
        let from = 0;
        for (const size of sizes) from = record(from, 1, size);
        recorder.end();
        expect(sent()).toEqual(count(0, from));
        expect(chunks.map(({ last }) => last).indexOf(true)).toBe(chunks.length - 1);
        expect(chunks.slice(0, -1).every(({ samples }) => samples.length === 1_600)).toBe(true);
        const sounding = chunks.filter(({ samples }) => samples.length > 0);
        expect(sounding.map(({ startMs }) => startMs * 16)).toEqual(
          sounding.map(({ samples }) => samples[0]),
        );
      },
    ),
  );
});
