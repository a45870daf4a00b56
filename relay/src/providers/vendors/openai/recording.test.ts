import { expect, test } from 'vitest';
import { Recording } from './segment-utterance.ts';

const level = (rms: number, samples: number) => new Int16Array(samples).fill(rms);

test('all audio is kept in order, even if the memory it came in is reused', () => {
  const recording = new Recording();
  const memory = level(1, 500);
  recording.push(memory);
  memory.fill(2);
  recording.push(memory);
  expect(recording.length).toBe(1_000);
  expect(recording.samples()).toEqual(
    Int16Array.from({ length: 1_000 }, (_, index) => (index < 500 ? 1 : 2)),
  );
});

test.each([
  ['silence', 0, false],
  ['breath', 300, false],
  ['a soft word', 600, true],
  ['a word', 5_000, true],
])('after speech, %s is told from words', (_what, rms, isSpeech) => {
  const recording = new Recording();
  recording.push(level(5_000, 8_000));
  const position = recording.length;
  recording.push(level(rms, 4_000));
  expect(recording.hasSpeechAfter(position)).toBe(isSpeech);
});

test('in a quiet room soft words count', () => {
  const recording = new Recording();
  recording.push(level(150, 8_000));
  expect(recording.hasSpeechAfter(0)).toBe(true);
  const position = recording.length;
  recording.push(level(30, 4_000));
  expect(recording.hasSpeechAfter(position)).toBe(false);
});
