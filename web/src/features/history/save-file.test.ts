import { expect, it } from 'vitest';
import { fileNameOf } from './save-file.ts';

it.each([
  ['What is seven times eight?', 'what-is-seven-times-eight.txt'],
  ['../../etc/passwd', 'etc-passwd.txt'],
  ['Grüße aus 東京', 'grüße-aus-東京.txt'],
  ['“?!”', 'conversation.txt'],
  ['𝒜'.repeat(80), `${'𝒜'.repeat(60)}.txt`],
])('names the file of “%s” %s', (title, name) => {
  expect(fileNameOf(title, 'txt')).toBe(name);
});
