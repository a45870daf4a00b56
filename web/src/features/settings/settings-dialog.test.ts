import { expect, test } from 'vitest';
import { languageName } from './settings-dialog.tsx';

test.each([
  ['de', 'Deutsch'],
  ['en-US', 'American English'],
  ['fr', 'Français'],
  ['ja', '日本語'],
  ['no tag', 'no tag'],
])('%s is called %s', (tag, name) => {
  expect(languageName(tag)).toBe(name);
});
