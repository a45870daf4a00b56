import { describe, expect, it } from 'vitest';
import { less, more } from './measurement.ts';
import { figuresFrom, fill, isBusy, isTaken, withoutFigures, type Taken } from './taken.ts';

const REPORT = {
  overhead_ms: { p50: 4.256, p99: null },
  turns: 66_070,
  within: 0.9833,
  seconds: 486,
  rows: [
    { condition: 'clean', right_percent: 98 },
    { condition: 'babble, 20 dB', right_percent: 72.5 },
  ],
};

describe('a template is filled', () => {
  it.each([
    ['{overhead_ms.p50} ms', '4.26 ms'],
    ['{turns} turns', '66,070 turns'],
    ['{within|%} %', '98.3 %'],
    ['{seconds|min} minutes', '8.1 minutes'],
    ['{rows.clean.right_percent}, {rows.babble, 20 dB.right_percent} %', '98, 72.5 %'],
    ['no number', 'no number'],
  ])('%s as %s', (template, filled) => {
    expect(fill(template, REPORT)).toBe(filled);
  });

  it.each([
    ['{overhead_ms.p90}', 'the report has no overhead_ms.p90'],
    ['{overhead_ms.p99}', 'the report has no overhead_ms.p99'],
    ['{rows.pink noise.right_percent}', 'the report has no rows.pink noise.right_percent'],
    ['{upstream.peak.relay}', 'the report has no upstream.peak.relay'],
    ['{overhead_ms}', 'the report has no overhead_ms'],
    ['{turns|kB}', 'there is no format kB'],
  ])('%s: %s', (template, problem) => {
    expect(() => fill(template, REPORT)).toThrow(problem);
  });
});

const FIGURES = [
  less('p50', 'Added, median', '{overhead_ms.p50} ms', '{turns} turns'),
  less('p99', 'Added, p99', '{overhead_ms.p99} ms'),
  more('right', 'Right', '{rows.clean.right_percent} %'),
];

it('a figure that the report does not have leaves the others as they are', () => {
  expect(figuresFrom(FIGURES, REPORT)).toEqual({
    p50: { value: '4.26 ms', beside: '66,070 turns' },
    p99: { problem: 'the report has no overhead_ms.p99' },
    right: { value: '98 %' },
  });
});

const taken = (different: Partial<Taken>): Taken => ({
  command: 'npm run bench -- turn',
  date: '2026-11-25',
  commit: 'abcdef0',
  machine: '2 cores',
  minutes: 1,
  othersPercent: 0,
  figures: { p50: { value: '4 ms' } },
  ...different,
});

it('a measurement is taken if all its figures are there and its bench is content', () => {
  expect(isTaken(taken({}))).toBe(true);
  expect(isTaken(taken({ hasMissedBound: true }))).toBe(false);
  expect(isTaken(taken({ figures: figuresFrom(FIGURES, REPORT) }))).toBe(false);
  expect(isTaken(taken({ figures: withoutFigures(FIGURES, 'no Chromium') }))).toBe(false);
});

it.each([
  [null, false],
  [0, false],
  [10, false],
  [11, true],
])('a machine of which others took %s percent is busy: %s', (othersPercent, busy) => {
  expect(isBusy({ othersPercent })).toBe(busy);
});
