import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, README_FIGURES } from '../tools/measure/figures.ts';
import { aroundQuotes, measuredPage, quotedIn } from '../tools/measure/page.ts';
import type { Measured } from '../tools/measure/taken.ts';
import { ROOT } from '../tools/project.ts';
import { figuresIn } from './support/figures-in.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const MEASURED = JSON.parse(read('docs/measured.json')) as Measured;

// Both are made of docs/measured.json. When one of these fails, a figure was changed by hand, or
// what is said of it has changed: `npm run measure -- --only NAME` measures anew, and
// `vitest run relay/test/measured-document.test.ts -u` writes what is measured.
describe('the figures are those that were measured', () => {
  it('in docs/measured.md', async () => {
    await expect(measuredPage(MEASUREMENTS, MEASURED)).toMatchFileSnapshot(
      '../../docs/measured.md',
    );
  });

  it('in the table of README.md', async () => {
    await expect(quotedIn(README, README_FIGURES, MEASUREMENTS, MEASURED)).toMatchFileSnapshot(
      '../../README.md',
    );
  });
});

/**
 * The figures of each document that were not measured: limits, defaults and sizes of benches, each
 * with the file and the text in it that make it true.
 */
const SETTINGS: Readonly<
  Record<string, readonly (readonly [words: string, file: string, text: string])[]>
> = {
  'README.md': [
    [
      'waits two minutes',
      'relay/src/base/config/core-settings.ts',
      'RESUME_WINDOW_S: seconds({ fallback: 120,',
    ],
    [
      'a quarter of a second after a whole question, up to one and a half',
      'relay/src/call/turn/deciding/end-of-turn.ts',
      'medium: [250, 1_500]',
    ],
    // The test reads its bound from there.
    ['25 kB compressed', 'web/e2e/call/client-package.spec.ts', '(\\d+) kB/'],
  ],
  'docs/commands.md': [
    ['from 30 to 15 dB', 'relay/bench/noise/bench-noise.ts', 'SNRS_DB = [30, 25, 20, 15]'],
  ],
  'docs/conversations.md': [
    ['the last 100 seconds of your speech', 'shared/src/link/outbox.ts', 'CAPACITY = 1_024;'],
    [
      '4 MB of the answer',
      'relay/src/call/session/outbox.ts',
      'MAX_REPLAY_BYTES = 4 * 1024 * 1024;',
    ],
    [
      'waits two minutes',
      'relay/src/base/config/core-settings.ts',
      'RESUME_WINDOW_S: seconds({ fallback: 120,',
    ],
    [
      '30 days',
      'relay/src/base/config/core-settings.ts',
      'GUEST_TOKEN_TTL_S: seconds({ fallback: 30 * 86_400,',
    ],
    ['300 ms of what', 'shared/src/vad/utterance-segmenter.ts', 'PRE_ROLL_MS = 300;'],
  ],
  'docs/operations.md': [
    ['60 an hour', 'relay/src/people/limits/plans.ts', 'sessions_per_hour: 60,'],
    ['30 minutes a call', 'relay/src/people/limits/plans.ts', 'session_duration_s: 30 * 60,'],
    ['$5 a call', 'relay/src/people/limits/plans.ts', 'session_usd: 5,'],
    ['$20 for an account', 'relay/src/people/limits/plans.ts', ' day_usd: 20,'],
    ['$5 for a guest', 'relay/src/people/limits/plans.ts', 'guest: { ...DEFAULT, day_usd: 5 }'],
    [
      '$20 for all guests together and $100 for the relay',
      'relay/src/people/limits/policy.ts',
      'day_usd: 100, guests_day_usd: 20 }',
    ],
  ],
};

describe.each(Object.entries(SETTINGS))('a figure in %s is a setting', (document, settings) => {
  it.each(settings)('“%s” as in %s', (words, file, text) => {
    expect(unwrapped(proseOf(document))).toContain(words);
    expect(unwrapped(read(file))).toContain(text);
  });
});

// The page of the commands names each bench, but not in a paragraph that the last test reads.
it.each(['README.md', 'docs/commands.md'])('there are no other figures in %s', (document) => {
  const others = SETTINGS[document]!.reduce(
    (prose, [words]) => prose.replace(words, ''),
    // Examples of code are lines of their own.
    unwrapped(proseOf(document).replaceAll(/^```[\s\S]*?^```/gm, '')),
  );
  expect(figuresIn(others)).toEqual([]);
});

it('no other document repeats the figures of a bench', () => {
  const paragraphs = readdirSync(join(ROOT, 'docs'))
    // Decisions keep the figures of their day; they stand beside their districts, not here.
    .filter((file) => file.endsWith('.md') && file !== 'measured.md')
    .flatMap((file) => read(`docs/${file}`).split('\n\n'))
    .filter((paragraph) => paragraph.includes('npm run bench'));
  expect(paragraphs.length).toBeGreaterThan(2);
  expect(paragraphs.flatMap(figuresIn)).toEqual([]);
});

/** Without the table of README.md, whose figures are measured. */
function proseOf(document: string): string {
  if (document !== 'README.md') return read(document);
  const { before, after } = aroundQuotes(README);
  return before + after;
}

function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
