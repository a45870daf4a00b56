import { expect, test } from 'vitest';
import { compare } from './turns.ts';

const at = (turn: number, voiceMs: number) => ({ turn, voiceMs, waitedMs: 300 });

test('finds turns that are missing or stored twice, and the longest gap within a session', () => {
  const answered = [at(1, 0), at(201, 4_000), at(2, 5_000), at(202, 9_500), at(3, 9_000)];
  expect(compare(answered, [1, 2, 2, 201, 202, 4])).toEqual({
    talked: 5,
    stored: 6,
    doubled: 1,
    missing: 1,
    longest_gap_ms: 5_500,
    longest_wait_ms: 300,
  });
  expect(compare([], [])).toMatchObject({ talked: 0, missing: 0, longest_gap_ms: 0 });
});
