import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { JitterBuffer, JitterTarget } from './jitter-buffer.ts';

const RATE = 16_000;
const frame = (ms: number) => new Int16Array((ms * RATE) / 1_000);

let target: JitterTarget;
let buffer: JitterBuffer;

beforeEach(() => {
  target = new JitterTarget();
  buffer = new JitterBuffer(RATE, target);
});

function takenMs(atMs: number, playedMs: number): number {
  return buffer
    .take(atMs, playedMs)
    .reduce((sum, samples) => sum + (samples.length * 1_000) / RATE, 0);
}

describe('beginning', () => {
  test('waits for the target after the first frame of a paced stream', () => {
    buffer.push(frame(20), 1_000);
    expect(takenMs(1_000, 0)).toBe(0);
    expect(buffer.dueAtMs).toBe(1_080);
    expect(takenMs(1_079, 0)).toBe(0);
    expect(takenMs(1_080, 0)).toBe(20);
  });

  test('does not wait if enough comes at once', () => {
    for (let n = 0; n < 3; n += 1) buffer.push(frame(100), 1_000);
    expect(takenMs(1_000, 0)).toBe(300);
    expect(buffer.dueAtMs).toBeUndefined();
  });

  test('does not wait for a reply that is already complete', () => {
    buffer.push(frame(20), 1_000);
    buffer.complete();
    expect(takenMs(1_000, 0)).toBe(20);
    expect(buffer.drained).toBe(true);
  });
});

test('fills the speaker only so far ahead and keeps the rest', () => {
  for (let n = 0; n < 60; n += 1) buffer.push(frame(100), 0);
  expect(takenMs(0, 0)).toBe(4_000);
  expect(buffer.waitingMs).toBe(2_000);
  expect(takenMs(500, 450)).toBe(500);
  expect(takenMs(600, 600)).toBe(100);
  expect(buffer.drained).toBe(false);
});

describe('a gap', () => {
  beforeEach(() => {
    buffer.push(frame(100), 0);
    takenMs(80, 0);
    buffer.ranDry();
  });

  test('is counted when the voice goes on, gathers again and raises the target', () => {
    const before = target.targetMs;
    buffer.push(frame(20), 300);
    expect(target.underruns).toBe(1);
    expect(target.targetMs).toBeGreaterThan(before);
    expect(takenMs(300, 100)).toBe(0);
    expect(takenMs(buffer.dueAtMs!, 100)).toBe(20);
  });

  test('that turns out to be the end is not an underrun', () => {
    buffer.complete();
    expect(target.underruns).toBe(0);
    expect(buffer.drained).toBe(true);
  });
});

describe('the target', () => {
  test('grows to the worst lateness and no further than 400 ms', () => {
    target.beginItem();
    target.frameArrived(0, 100);
    target.frameArrived(250, 100);
    expect(target.targetMs).toBe(170);
    target.frameArrived(5_000, 100);
    expect(target.targetMs).toBe(400);
  });

  test('asks for nothing if the audio comes ahead of time', () => {
    target.beginItem();
    const before = target.targetMs;
    for (let n = 0; n < 50; n += 1) target.frameArrived(n * 20, 100);
    expect(target.targetMs).toBe(before);
  });

  test('shrinks item by item, not below what was needed nor below 60 ms', () => {
    target.beginItem();
    target.frameArrived(0, 100);
    target.frameArrived(400, 100);
    target.endItem();
    expect(target.targetMs).toBe(320);
    for (let n = 0; n < 100; n += 1) {
      target.beginItem();
      target.frameArrived(0, 100);
      target.frameArrived(100, 100);
      target.endItem();
    }
    expect(target.targetMs).toBe(60);
  });
});

test('for any network, every sample comes out once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          samples: fc.integer({ min: 1, max: 4_000 }),
          delayMs: fc.integer({ min: 0, max: 300 }),
          dry: fc.boolean(),
        }),
        { minLength: 1, maxLength: 40 },
      ),
      (arrivals) => {
        const tested = new JitterBuffer(RATE, new JitterTarget());
        let next = 0;
        let atMs = 0;
        const out: number[] = [];
        const take = () => {
          const playedMs = (out.length * 1_000) / RATE;
          for (const samples of tested.take(atMs, playedMs)) out.push(...samples);
        };
        for (const { samples, delayMs, dry } of arrivals) {
          atMs += delayMs;
          tested.push(
            Int16Array.from({ length: samples }, () => (next += 1) % 30_000),
            atMs,
          );
          take();
          if (dry) tested.ranDry();
        }
        tested.complete();
        for (let n = 0; n < 100 && !tested.drained; n += 1) take();
        expect(out).toEqual(Array.from({ length: next }, (_, n) => (n + 1) % 30_000));
      },
    ),
    { numRuns: 100 },
  );
});
