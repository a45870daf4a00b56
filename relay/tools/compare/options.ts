import { parseBenchOptions, type BenchName, type BenchOptions } from '../../bench/options.ts';
import { UsageError } from '../command-line.ts';
import { CONFIDENCE, MIN_PAIRS } from './verdict.ts';
import { MAX_OTHER_SHARE } from '../others-load.ts';

const percent = (share: number) => Math.round(share * 100);

export const COMPARE_USAGE = `Measures a bench on another commit and on the working tree, in turn on this machine, and says what
got slower or heavier. Changes that are not committed are measured.

  npm run compare -- BENCH [bench options …] [--base COMMIT] [--rounds N] [--json]

  BENCH          any of npm run bench. With relay and start both relays run side by side, under the
                 load and the clock of the working tree; the others run whole, each commit its own.
  --base COMMIT  the other commit; by default where this branch left main, on main the commit before
  --rounds N     pairs of measurements, of which ${MIN_PAIRS} are the least for a verdict
  --json         the result as one JSON object on one line, and nothing else on standard output
  --help         shows this

For each figure: the median of the pairs' ratios, and in brackets the interval in which it lies with
${percent(CONFIDENCE)} % confidence. A figure got worse if the interval excludes no difference and the median is
beyond the figure's threshold, which is printed beside it; there is no difference if the whole
interval is within it. A pair during which other programs used more than ${percent(MAX_OTHER_SHARE)} % of the machine is
void and measured again, a few times.

The other commit is kept, installed, in the system's temporary folder; the last three are.

Exit status: 0 no figure got worse; 1 one did; 2 it was not judged, for the reason given.
`;

export interface CompareOptions {
  readonly bench: BenchName;
  /** Of the bench's command line, as given. */
  readonly benchArguments: readonly string[];
  readonly sessions: number | undefined;
  readonly base: string | undefined;
  /** Pairs; undefined if not given. */
  readonly rounds: number | undefined;
  readonly isJson: boolean;
}

const MAX_ROUNDS = 100;

/**
 * Reads the command line; what is not the comparison's own is the bench's.
 *
 * @throws UsageError
 */
export function parseCompareOptions(commandLine: readonly string[]): CompareOptions | 'help' {
  if (commandLine.includes('--help') || commandLine.includes('-h')) return 'help';
  const { own, benchArguments } = split(commandLine);
  const { bench, options } = parseBenchOptions(benchArguments) as BenchOptions;
  for (const name of ['--baseline', '--profile']) {
    if (benchArguments.some((argument) => argument.split('=')[0] === name)) {
      throw new UsageError(
        `${name} belongs to npm run bench: here the other commit is the baseline.`,
      );
    }
  }
  return {
    bench,
    benchArguments,
    sessions: sessionsOf(benchArguments, options),
    base: own.get('--base'),
    rounds: roundsOf(own.get('--rounds')),
    isJson: commandLine.includes('--json'),
  };
}

/** Of bench relay; undefined if not given, as its own presets are more than a comparison needs. */
function sessionsOf(
  benchArguments: readonly string[],
  { sessions }: BenchOptions['options'],
): number | undefined {
  const isGiven = benchArguments.some((argument) => argument.startsWith('--sessions'));
  return isGiven && Array.isArray(sessions) ? sessions[0] : undefined;
}

function split(commandLine: readonly string[]) {
  const own = new Map<string, string>();
  const benchArguments: string[] = [];
  const left = commandLine.values();
  for (const argument of left) {
    const [name = '', ...value] = argument.split('=');
    if (name === '--base' || name === '--rounds') {
      const given = value.length > 0 ? value.join('=') : left.next().value;
      if (given === undefined || given === '') throw new UsageError(`${name} needs a value.`);
      own.set(name, given);
    } else if (argument !== '--json') benchArguments.push(argument);
  }
  return { own, benchArguments };
}

function roundsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new UsageError(`--rounds: found ${JSON.stringify(text)}, expected 1 to ${MAX_ROUNDS}.`);
  }
  return rounds;
}
