import { describe, expect, it } from 'vitest';
import { less, type Measurement } from './measurement.ts';
import { aroundQuotes, measuredPage, quotedIn } from './page.ts';
import type { Measured, Taken } from './taken.ts';

const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'turn',
    title: 'What a relay adds',
    run: ['turn'],
    minutes: 1,
    figures: [less('p50', 'Added, median', '{p50} ms'), less('p99', 'Added, p99', '{p99} ms')],
  },
  {
    name: 'load',
    title: 'Many at once',
    run: ['load'],
    minutes: 2,
    figures: [less('errors', 'Failed', '{errors} of {count}')],
  },
];

const TURN: Taken = {
  command: 'npm run bench -- turn --talkers 50',
  date: '2026-11-24',
  commit: 'abcdef0 + changes',
  machine: '2 cores (a model), 8 GB, Node 24.1.0',
  minutes: 1.2,
  othersPercent: 2,
  figures: { p50: { value: '4 ms', beside: '3 ms' }, p99: { problem: 'the report has no p99' } },
};
const LOAD: Taken = {
  ...TURN,
  command: 'npm run bench -- load',
  date: '2026-11-26',
  commit: '1234567',
  othersPercent: 31,
  figures: { errors: { value: '0 of 9' } },
};

describe('docs/measured.md', () => {
  const lines = (measured: Measured) => measuredPage(MEASUREMENTS, measured).split('\n');

  it('shows each figure, its baseline, and why one is missing', () => {
    expect(lines({ turn: TURN })).toEqual(
      expect.arrayContaining([
        '| Added, median | 4 ms | 3 ms | less |',
        '| Added, p99 | not measured: the report has no p99 |  | less |',
        '| Failed | not measured: it was not measured yet |  | less |',
      ]),
    );
  });

  it('says of each run by what, when and where it was measured', () => {
    const page = lines({ turn: TURN, load: LOAD });
    expect(page).toContain(
      '`npm run bench -- turn --talkers 50` · 2026-11-24, commit abcdef0 + changes, 1.2 minutes · ' +
        'other programs took 2 % of the processors · 2 cores (a model), 8 GB, Node 24.1.0',
    );
    expect(page).toContainEqual(expect.stringMatching(/^`npm run bench -- load` · 2026-11-26, /));
  });

  it('marks a run on a busy machine, one of unknown load, and one that missed a bound', () => {
    const page = measuredPage(MEASUREMENTS, {
      turn: { ...TURN, othersPercent: null },
      load: { ...LOAD, hasMissedBound: true },
    });
    expect(page).toContain('· load by other programs not known ·');
    expect(page).toContain('**on a busy machine: other programs took 31 % of the processors**');
    expect(page).toContain('**a bound of this bench was missed**');
  });
});

describe('the table of README.md', () => {
  const README =
    '# Parley\n\n<!-- Written by npm run measure. -->\n| old |\n<!-- End of what npm run measure writes. -->\n\nMore.\n';
  const quoted = (...quotes: readonly (readonly [string, string])[]) =>
    quotedIn(README, quotes, MEASUREMENTS, { turn: TURN, load: LOAD });

  it('quotes figures as they are in docs/measured.md, and leaves all else', () => {
    const readme = quoted(['turn', 'p50'], ['turn', 'p99'], ['load', 'errors']);
    expect(readme).toContain('| Added, median | [4 ms](docs/measured.md#turn) | 3 ms |');
    expect(readme).toContain(
      '| Added, p99 | [not measured: the report has no p99](docs/measured.md#turn) |  |',
    );
    expect(readme).toContain('| Failed | [0 of 9](docs/measured.md#load) (on a busy machine) |  |');
    expect(readme).not.toContain('old');
    expect(aroundQuotes(readme)).toEqual({ before: '# Parley\n\n', after: '\n\nMore.\n' });
  });

  it('stays the same if it is written again', () => {
    const once = quoted(['turn', 'p50']);
    expect(quotedIn(once, [['turn', 'p50']], MEASUREMENTS, { turn: TURN })).toBe(once);
  });

  it('refuses a figure that there is not, and a page without a place for it', () => {
    expect(() => quoted(['turn', 'p90'])).toThrow('There is no figure turn p90.');
    expect(() => quotedIn('# Parley', [], MEASUREMENTS, {})).toThrow('README.md must have');
  });
});
