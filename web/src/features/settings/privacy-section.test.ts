import { expect, test } from 'vitest';
import { keptWords } from './privacy-section.tsx';

test.each([
  [
    { transcripts: 'on', retention_days: null, recording: false },
    /is kept, .* until you delete it/,
  ],
  [{ transcripts: 'off', retention_days: 30, recording: false }, /is not kept, .* after 30 days/],
  [{ transcripts: 'encrypted', retention_days: 1, recording: true }, /encrypted.* after a day/],
] as const)('of %j it says what is kept and for how long', (storage, words) => {
  expect(keptWords({ storage }, null)).toMatch(words);
});

test('an account is named, a guest is told that the browser is the key', () => {
  const storage = { transcripts: 'on', retention_days: null, recording: false } as const;
  expect(keptWords({ storage }, 'ada@example.com')).toContain('signed in as ada@example.com');
  expect(keptWords({ storage }, null)).toContain('from this browser alone');
});
