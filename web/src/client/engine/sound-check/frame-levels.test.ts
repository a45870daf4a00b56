import { expect, test } from 'vitest';
import { frameDbfs, noiseFloorOf, speechLevelOf } from './sound-check.ts';
import { SILENT_DBFS } from './sound-check-events.ts';

const frames = (count: number, dbfs: number): number[] => Array.from({ length: count }, () => dbfs);

test('a frame of zeros has the lowest level, a full sine −3 dBFS', () => {
  expect(frameDbfs(new Float32Array(512))).toBe(SILENT_DBFS);
  const sine = Float32Array.from({ length: 512 }, (_, at) => Math.sin((2 * Math.PI * at) / 32));
  expect(frameDbfs(sine)).toBeCloseTo(-3.01, 1);
});

test('one knock does not make a room noisy', () => {
  expect(noiseFloorOf([...frames(28, -62), -20, -8, -15])).toBe(-62);
  expect(noiseFloorOf([])).toBe(SILENT_DBFS);
});

test('speech is told from the room it is in', () => {
  // Syllables with pauses between them.
  const spoken = [...frames(12, -28), ...frames(10, -60), ...frames(12, -24), ...frames(8, -40)];
  expect(speechLevelOf(spoken, -62)).toBe(-24);
  expect(speechLevelOf(spoken.slice(0, 15), -62)).toBeNull();
  // A fan that runs on is not speech, nor is a whisper below every microphone's own noise.
  expect(speechLevelOf(frames(200, -38), -40)).toBeNull();
  expect(speechLevelOf(frames(200, -59), -90)).toBeNull();
});
