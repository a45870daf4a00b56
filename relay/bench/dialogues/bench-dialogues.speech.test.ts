import { expect, test } from 'vitest';
import { benchDialogues } from './bench-dialogues.ts';

/** A short run that shows that the suite measures; the figures are not judged. */
test('people with scripted voices are heard and answered, by both kinds of turn detection', async () => {
  const report = await benchDialogues({
    only: 'list',
    warmUps: 0,
    tell: () => {},
    signal: new AbortController().signal,
  });
  expect(report).toMatchObject({
    bench: 'dialogues',
    dialogues: 2,
    relay: { utterances: 2, unanswered: 0 },
    fixed_480_ms: { utterances: 2, unanswered: 0 },
  });
});
