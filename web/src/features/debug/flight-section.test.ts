import { expect, test } from 'vitest';
import { flightFileName, flightWords } from './flight-section.tsx';

const status = {
  type: 'status',
  durationMs: 0,
  bytes: 0,
  hasAudioConsent: false,
  microphone: null,
} as const;

test.each([
  [null, 'Keeps the last ten minutes of a call in this page. There was no call yet.'],
  [status, 'Keeps the last ten minutes of a call in this page. There was no call yet.'],
  [
    { ...status, durationMs: 12_400, bytes: 40_000 },
    'Holds the last 12 s of the call, 0.0 MB: events, decisions, what was said in words.',
  ],
  [
    { ...status, durationMs: 252_000, bytes: 1_240_000, hasAudioConsent: true },
    'Holds the last 4 min 12 s of the call, 1.2 MB: events, decisions, what was said in words, and your audio.',
  ],
])('%j in words', (given, words) => {
  expect(flightWords(given)).toBe(words);
});

test('files are named by the instant at which they are saved', () => {
  const name = flightFileName(new Date('2026-11-23T17:05:09.123Z'));
  expect(name).toBe('parley-2026-11-23T17-05-09.flight.jsonl');
});
