import { expect, test } from 'vitest';
import { instructionsFor } from './instructions.ts';

const now = new Date('2026-03-01T20:30:00Z');

test('the person’s own time and zone come last', () => {
  const text = instructionsFor({
    systemPrompt: 'Be brief.',
    person: { timeZone: 'Asia/Tokyo' },
    now,
  });
  expect(text.startsWith('Be brief.')).toBe(true);
  expect(text).toMatch(/Monday, March 2, 2026 at 5:30\sAM \(time zone Asia\/Tokyo\)\.$/);
  expect(text).toContain('tools');
});

test('an unknown zone is taken for UTC', () => {
  const person = { timeZone: 'Mars/Olympus' };
  const text = instructionsFor({ systemPrompt: 'Be brief.', person, now });
  expect(text).toMatch(/Sunday, March 1, 2026 at 8:30\sPM \(time zone UTC\)/);
});
