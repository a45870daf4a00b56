import { expect, test } from 'vitest';
import { CaptureCore } from './capture-core.ts';
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
