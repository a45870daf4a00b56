import { expect, test } from 'vitest';
import { instructionsFor, momentFor } from './instructions.ts';

const now = new Date('2026-03-01T20:30:00Z');

test('the moment is the person’s own time and zone', () => {
  const text = momentFor({ timeZone: 'Asia/Tokyo' }, now);
  expect(text).toMatch(/Monday, March 2, 2026 at 5:30\sAM \(time zone Asia\/Tokyo\)\.\]$/);
});

test('an unknown zone is taken for UTC', () => {
  const text = momentFor({ timeZone: 'Mars/Olympus' }, now);
  expect(text).toMatch(/Sunday, March 1, 2026 at 8:30\sPM \(time zone UTC\)/);
});

test('the instructions name the language that was chosen, and none otherwise', () => {
  expect(instructionsFor('Be brief.', true, 'de-CH')).toMatch(
    /^Be brief\.[^]*Answer in Swiss High German, unless they ask for another language\.$/,
  );
  expect(instructionsFor('Be brief.', true, 'de')).toContain('Answer in German,');
  expect(instructionsFor('Be brief.', true)).not.toContain('Answer in');
});

test('the instructions are the prompt, and whether there are tools', () => {
  expect(instructionsFor('Be brief.', true)).toMatch(/^Be brief\.\n\nYou have tools/);
  expect(instructionsFor('Be brief.', false)).toMatch(/^Be brief\.\n\nYou have no tools/);
});
