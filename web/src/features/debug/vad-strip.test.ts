import { expect, test } from 'vitest';
import { VadHistory, VAD_SAMPLES } from './vad-strip.tsx';

test('a decision moves along with the samples and leaves with them', () => {
  const history = new VadHistory();
  history.sample(0.9);
  history.mark();
  expect(history.marks).toEqual([0]);
  for (let count = 0; count < VAD_SAMPLES - 1; count += 1) history.sample(0.1);
  expect(history.samples[0]).toBe(0.9);
  expect(history.marks).toEqual([VAD_SAMPLES - 1]);
  history.sample(0.1);
  expect(history.samples).toHaveLength(VAD_SAMPLES);
  expect(history.marks).toEqual([]);
});
