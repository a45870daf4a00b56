import { expect, test } from 'vitest';
import { captionText } from './caption-text.ts';

test.each([
  ['hey parley what time is it', 'Hey Parley what time is it'],
  ['stop. that is wrong', 'Stop. That is wrong'],
  ["well i'm not sure", "Well I'm not sure"],
  // Written by a transcriber that knows its letters: only the name is put right.
  ['iPhone prices, e.g. in Rome, parley', 'iPhone prices, e.g. in Rome, Parley'],
  ['iPhone prices in Rome', 'iPhone prices in Rome'],
  // Written by a transcriber that knows names alone.
  ['what time is it in New York', 'What time is it in New York'],
  ["well I'd like that on Monday", "Well I'd like that on Monday"],
  ['élan vital', 'Élan vital'],
  ['chi sono i ragazzi', 'Chi sono i ragazzi'],
  ['parleying', 'Parleying'],
  ['', ''],
])('“%s” reads “%s”', (written, read) => {
  expect(captionText(written)).toBe(read);
});
