import { expect, it } from 'vitest';
import { BLOCK_SAMPLES, SampleBlocks } from './replay-buffer.ts';

it('hands out again what was given back', () => {
  const blocks = new SampleBlocks();
  const first = blocks.take()!;
  const second = blocks.take()!;
  expect(first).toHaveLength(BLOCK_SAMPLES);
  expect(second.buffer).not.toBe(first.buffer);
  blocks.giveBack([first]);
  expect(blocks.take()).toBe(first);
  expect(blocks.idle).toBe(0);
});

it('holds little idle memory, and more while much is in use', () => {
  const blocks = new SampleBlocks();
  const taken = Array.from({ length: 4_100 }, () => blocks.take()!);
  blocks.giveBack(taken.splice(0, 2_500));
  expect(blocks.idle).toBe(256 + 1_600 / 8);
  blocks.giveBack(taken);
  expect(blocks.idle).toBe(256);
});

it('has no more in use than it may, until some is given back', () => {
  const blocks = new SampleBlocks(2);
  const first = blocks.take()!;
  blocks.take();
  expect(blocks.take()).toBeUndefined();
  blocks.giveBack([first]);
  expect(blocks.take()).toBe(first);
  expect(blocks.take()).toBeUndefined();
});
