import { expect, test } from 'vitest';
import { CaptureCore, CaptureStillness } from './capture-core.ts';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock } from './capture-messages.ts';

// A Bluetooth headset in a call has 8 or 16 kHz; most devices have one of the others.
test.each([
  [8_000, 30, 0.02],
  [16_000, 31, 0.009],
  [44_100, 31, 0.009],
  [48_000, 31, 0.009],
])('frames from a %d Hz device are whole, numbered and timed', (deviceHz, frames, lookAheadS) => {
  const blocks: CapturedBlock[] = [];
  const core = new CaptureCore(deviceHz, (block) => blocks.push(block));
  const tone = (timeS: number) => Math.sin(2 * Math.PI * 500 * timeS);
  for (let n = 0; n + 128 <= deviceHz; n += 128) {
    core.process(
      Float32Array.from({ length: 128 }, (_, i) => tone((n + i) / deviceHz)),
      10 + n / deviceHz,
    );
  }
  expect(blocks).toHaveLength(frames);
  for (const [n, block] of blocks.entries()) {
    expect(block.samples).toHaveLength(512);
    expect(block.index).toBe(n * 512);
    expect(block.contextTimeS).toBeCloseTo(10 + n * 0.032, 6);
    // Sent as soon as the filter's look-ahead allowed.
    expect(block.sentContextTimeS - block.contextTimeS).toBeLessThan(0.032 + lookAheadS);
    if (n === 0) continue;
    for (const [i, sample] of block.samples.entries()) {
      expect(Math.abs(sample - tone(block.contextTimeS - 10 + i / 16_000))).toBeLessThan(2e-3);
    }
  }
});

test('what follows quanta that were left out is that much later', () => {
  const deviceHz = 48_000;
  const leftOutS = 0.6;
  const blocks: CapturedBlock[] = [];
  const core = new CaptureCore(deviceHz, (block) => blocks.push(block));
  for (let n = 0; n + 128 <= deviceHz; n += 128) {
    core.process(new Float32Array(128), n / deviceHz + (n === 0 ? 0 : leftOutS));
  }
  expect(blocks).toHaveLength(31);
  for (const [n, block] of blocks.entries()) {
    expect(block.index).toBe(n * 512);
    expect(block.contextTimeS).toBeCloseTo(leftOutS + n * 0.032, 6);
  }
});

const frameOf = (sample: (n: number) => number) =>
  Float32Array.from({ length: FRAME_SAMPLES }, (_, n) => sample(n));

const hum = frameOf((n) => Math.sin(n) * 3e-5);
const zeros = frameOf(() => 0);

test.each([
  ['zeros', 0],
  ['another constant', -0.25],
])('%s are reported each second, and the first sound once', (_, level) => {
  const stillness = new CaptureStillness();
  const still = frameOf(() => level);
  const reported = [hum, hum, still, still, hum].map((frame) => {
    stillness.frame(frame);
    return stillness.look(true);
  });
  expect(reported).toEqual(['sound', undefined, 'still', 'still', 'sound']);
});

test('a constant is one behind the resampler, too', () => {
  const stillness = new CaptureStillness();
  const core = new CaptureCore(44_100, ({ samples }) => stillness.frame(samples));
  const reported = [0, 44_100].map((from) => {
    for (let at = from; at < from + 44_100; at += 441)
      core.process(new Float32Array(441).fill(0.1), at / 44_100);
    return stillness.look(true);
  });
  expect(reported).toEqual(['sound', 'still']);
});

test('the noise of the quietest device is sound', () => {
  const stillness = new CaptureStillness();
  for (let n = 0; n < 31; n += 1) stillness.frame(zeros);
  stillness.frame(frameOf((n) => (n === 400 ? 1 / 0x8000 : 0)));
  expect(stillness.look(true)).toBe('sound');
});

test('stillness while the person is not waited for is not reported', () => {
  const stillness = new CaptureStillness();
  stillness.frame(zeros);
  expect(stillness.look(false)).toBeUndefined();
});

test('frames that do not come are silence', () => {
  const stillness = new CaptureStillness();
  stillness.frame(hum);
  expect([stillness.look(true), stillness.look(true)]).toEqual(['sound', 'still']);
});
