import { parseCommandLine, UsageError } from '../command-line.ts';
import { MEASUREMENTS } from './figures.ts';
import type { Measurement } from './measurement.ts';

const NAMES = MEASUREMENTS.map(({ name }) => name).join(', ');

export const MEASURE_USAGE = `Measures every figure of docs/measured.md anew and writes the page, one bench after the other.

  npm run measure [-- --only NAME,…] [--quick]

It takes about three quarters of an hour on two cores, which should have nothing else to do: a run
beside which other programs took much is marked as such. README.md quotes some of the figures, and
its table is written too.

  --only NAME,…  these alone, the others stay as they are: ${NAMES}
  --quick        shorter runs, and no run of all tests: to see that measuring works
  --help         shows this

Exit status: 0 all measured; 1 a figure could not be measured, which the page says, or a bench missed
a bound of its own; 2 the options are not usable.
`;

export interface MeasureOptions {
  readonly measurements: readonly Measurement[];
  readonly isQuick: boolean;
}

/**
 * Reads the command line.
 *
 * @throws UsageError
 */
export function parseMeasureOptions(commandLine: readonly string[]): MeasureOptions | 'help' {
  const { values } = parseCommandLine({
    args: [...commandLine],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const only = values.only?.split(',').map((name) => name.trim());
  for (const name of only ?? []) {
    if (MEASUREMENTS.every((measurement) => measurement.name !== name)) {
      throw new UsageError(`--only: found ${JSON.stringify(name)}, expected of ${NAMES}.`);
    }
  }
  return {
    measurements: MEASUREMENTS.filter(({ name }) => only?.includes(name) ?? true),
    isQuick: values.quick,
  };
}
