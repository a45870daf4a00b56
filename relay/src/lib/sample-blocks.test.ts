import { expect, it } from 'vitest';
import { BLOCK_SAMPLES, SampleBlocks } from './sample-blocks.ts';

it('hands out again what was given back', () => {
  const blocks = new SampleBlocks();
  const first = blocks.take();
  const second = blocks.take();
  expect(first).toHaveLength(BLOCK_SAMPLES);
  expect(second.buffer).not.toBe(first.buffer);
  blocks.giveBack([first]);
  expect(blocks.take()).toBe(first);
  expect(blocks.idle).toBe(0);
});

it('holds no more idle memory than it may', () => {
  const blocks = new SampleBlocks();
  const many = Array.from({ length: 1_100 }, () => new Int16Array(0));
  blocks.giveBack(many);
  blocks.giveBack(many);
  expect(blocks.idle).toBe(1_024);
});
