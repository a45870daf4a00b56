import { describe, expect, it } from 'vitest';
import { parseBenchOptions } from '../../bench/options.ts';
import { MEASUREMENTS, README_FIGURES } from './figures.ts';
import { parseMeasureOptions } from './options.ts';

const namesOf = (commandLine: readonly string[]) => {
  const options = parseMeasureOptions(commandLine);
  return options === 'help' ? options : options.measurements.map(({ name }) => name);
};

describe('the command line', () => {
  it('measures all, or what is named, in the order of the page', () => {
    expect(namesOf([])).toEqual(MEASUREMENTS.map(({ name }) => name));
    expect(namesOf(['--only', 'ear, relay'])).toEqual(['relay', 'ear']);
    expect(namesOf(['--help'])).toBe('help');
  });

  it('is refused if it names a measurement that there is not', () => {
    expect(() => parseMeasureOptions(['--only', 'relay,everything'])).toThrow(
      '--only: found "everything", expected of start, cold, test,',
    );
  });
});

describe('the table of figures', () => {
  const runs = MEASUREMENTS.flatMap(({ run, quick = run }) => [run, quick])
    .filter((run) => typeof run !== 'string')
    .map((run) => run.join(' '));

  it.each([...new Set(runs)])('npm run bench -- %s is understood', (words) => {
    const [bench] = words.split(' ');
    expect(parseBenchOptions(words.split(' '))).toMatchObject({ bench });
  });

  it('names each measurement, figure and label once', () => {
    const all = [
      MEASUREMENTS.map(({ name }) => name),
      MEASUREMENTS.flatMap(({ figures }) => figures.map(({ label }) => label)),
      ...MEASUREMENTS.map(({ figures }) => figures.map(({ name }) => name)),
    ];
    for (const names of all) expect(names).toEqual([...new Set(names)]);
  });

  it('has all that README.md quotes, and takes three quarters of an hour', () => {
    for (const [name, figure] of README_FIGURES) {
      const figures = MEASUREMENTS.find((each) => each.name === name)?.figures;
      expect(figures?.map((each) => each.name)).toContain(figure);
    }
    // All tests are not run again after `npm test`.
    const benches = MEASUREMENTS.filter(({ run }) => run !== 'npm test');
    expect(benches.reduce((sum, { minutes }) => sum + minutes, 0)).toBeLessThanOrEqual(45);
  });
});
