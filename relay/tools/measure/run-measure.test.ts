import { expect, it } from 'vitest';
import { less, type Measurement } from './measurement.ts';
import { measureInTurn } from './run-measure.ts';
import type { Measured, Taken, TakenFigure } from './taken.ts';

const measurement = (name: string): Measurement => ({
  name,
  title: name,
  run: [name],
  minutes: 2,
  figures: [less('figure', `Figure of ${name}`, '{figure}')],
});
const TURN = measurement('turn');
const LOAD = measurement('load');

function takenOn(commit: string, figure: TakenFigure): Taken {
  const figures = { figure };
  return { command: '', date: '', commit, machine: '', minutes: 1, othersPercent: 0, figures };
}

/** Measures by what is given; the files written, and the lines printed. */
async function measure(
  measurements: readonly Measurement[],
  measured: Measured,
  takes: Readonly<Record<string, Taken>>,
  abort = new AbortController(),
) {
  const written: Measured[] = [];
  const told: string[] = [];
  const isWhole = await measureInTurn(measurements, measured, {
    take: async ({ name }) => {
      if (takes[name] === undefined) abort.abort();
      return takes[name]!;
    },
    write: async (all) => void written.push(all),
    tell: (line) => told.push(line),
    signal: abort.signal,
  });
  return { isWhole, written, told };
}

it('what is measured anew takes the place of what was, and all else stays', async () => {
  const old = { turn: takenOn('a', { value: '1' }), load: takenOn('a', { value: '2' }) };
  const anew = takenOn('b', { value: '3' });
  const { isWhole, written } = await measure([LOAD], old, { load: anew });
  expect(isWhole).toBe(true);
  expect(written).toEqual([{ turn: old.turn, load: anew }]);
});

it('a measurement that fails is written with its reason, and the next one is made', async () => {
  const failed = takenOn('b', { problem: 'no Chromium' });
  const fine = takenOn('b', { value: '3' });
  const { isWhole, written, told } = await measure([TURN, LOAD], {}, { turn: failed, load: fine });
  expect(isWhole).toBe(false);
  expect(written.at(-1)).toEqual({ turn: failed, load: fine });
  expect(told).toEqual([
    'turn (1 of 2): about 2 min, with all that follow about 4 min',
    '  Figure of turn: not measured: no Chromium',
    'load (2 of 2): about 2 min, with all that follow about 2 min',
    '  Figure of load: 3',
    'turn: a figure is missing, or a bound was missed.',
  ]);
});

it('an interruption keeps what was measured until then', async () => {
  const fine = takenOn('b', { value: '3' });
  const { isWhole, written } = await measure([TURN, LOAD], {}, { turn: fine });
  expect(isWhole).toBe(false);
  expect(written).toEqual([{ turn: fine }]);
});
