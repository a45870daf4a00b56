import { expect, test } from 'vitest';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import { TrackCapture } from './track-capture.ts';

/** As much of a browser's frame as is read. */
class FakeFrame {
  static open = 0;
  readonly numberOfFrames = 480;
  readonly sampleRate: number;
  readonly timestamp: number;
  readonly #level: number;

  constructor(timestamp: number, level: number, sampleRate = 48_000) {
    FakeFrame.open += 1;
    this.timestamp = timestamp;
    this.#level = level;
    this.sampleRate = sampleRate;
  }

  copyTo(samples: Float32Array): void {
    samples.fill(this.#level);
  }

  close(): void {
    FakeFrame.open -= 1;
  }
}

function framesOf(frames: readonly FakeFrame[]): ReadableStream<AudioData> {
  return new ReadableStream({
    start(controller) {
      for (const frame of frames) controller.enqueue(frame as unknown as AudioData);
      controller.close();
    },
  });
}

test('blocks of 32 ms have the times of the track, and every frame is given back', async () => {
  const blocks: CapturedBlock[] = [];
  const frames = Array.from({ length: 100 }, (_, n) => new FakeFrame(7_000_000 + n * 10_000, 0.25));
  await new TrackCapture(framesOf(frames), (block) => blocks.push(block)).run();
  expect(blocks.length).toBeGreaterThanOrEqual(30);
  expect(blocks[10]!.samples[100]).toBeCloseTo(0.25, 2);
  for (const [n, block] of blocks.entries()) {
    expect(block.index).toBe(n * 512);
    expect(Math.abs(block.contextTimeS - 7 - n * 0.032)).toBeLessThan(0.002);
    expect(block.sentContextTimeS).toBeGreaterThanOrEqual(block.contextTimeS + 0.03);
  }
  expect(FakeFrame.open).toBe(0);
});

test('what the browser left out shows in the times', async () => {
  const blocks: CapturedBlock[] = [];
  const frames = Array.from({ length: 100 }, (_, n) => {
    const gapUs = n < 50 ? 0 : 200_000;
    return new FakeFrame(n * 10_000 + gapUs, 0.1);
  });
  await new TrackCapture(framesOf(frames), (block) => blocks.push(block)).run();
  const last = blocks.at(-1)!;
  expect(last.contextTimeS - last.index / 16_000).toBeCloseTo(0.2, 2);
});

test('another rate of the device is followed', async () => {
  const blocks: CapturedBlock[] = [];
  const frames = Array.from({ length: 60 }, (_, n) => {
    const rateHz = n < 30 ? 48_000 : 44_100;
    return new FakeFrame(n * 10_000, 0.5, rateHz);
  });
  await new TrackCapture(framesOf(frames), (block) => blocks.push(block)).run();
  expect(blocks.at(-1)!.samples[200]).toBeCloseTo(0.5, 2);
});

test('closing it ends the reading', async () => {
  const capture = new TrackCapture(new ReadableStream<AudioData>(), () => {});
  const over = capture.run();
  capture.close();
  await expect(over).resolves.toBeUndefined();
});
