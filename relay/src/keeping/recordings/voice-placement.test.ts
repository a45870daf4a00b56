import { expect, it } from 'vitest';
import { VoicePlacement } from './voice-placement.ts';

it('places what is sent ahead after what was sent before', () => {
  const voice = new VoicePlacement();
  expect(voice.place(1, 100, 50)).toBe(50);
  expect(voice.place(1, 100, 60)).toBe(150);
  // The network was late: there was a gap.
  expect(voice.place(1, 100, 400)).toBe(400);
});

it('knows where a response was interrupted, over its gaps', () => {
  const voice = new VoicePlacement();
  voice.place(1, 100, 0);
  voice.place(1, 100, 300);
  expect(voice.cut(1, 30, 500)).toBe(30);
  expect(voice.cut(1, 130, 500)).toBe(330);
  expect(voice.cut(1, 900, 500)).toBe(400);
  expect(voice.cut(1, undefined, 350)).toBe(350);
  expect(voice.cut(7, 30, 500)).toBeUndefined();
});

it('places the next response where the interrupted one ended', () => {
  const voice = new VoicePlacement();
  voice.place(1, 10_000, 0);
  voice.cut(1, 200, 250);
  expect(voice.place(2, 100, 300)).toBe(300);
  // The second item is not cut by later news of the first one.
  expect(voice.cut(1, 240, 310)).toBe(240);
  expect(voice.place(2, 100, 310)).toBe(400);
});
