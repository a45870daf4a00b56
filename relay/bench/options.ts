import { parseCommandLine, UsageError } from '../tools/command-line.ts';
import type { Bench } from './bench.ts';
import { CALLERS_BENCH } from './callers/bench-callers.ts';
import { CHAOS_BENCH } from './chaos/bench-chaos.ts';
import { DETECTOR_BENCH } from './detector/bench-detector.ts';
import { DIALOGUES_BENCH } from './dialogues/bench-dialogues.ts';
import { EAR_BENCH } from './ear/bench-ear.ts';
import { ECHO_BENCH } from './echo/bench-echo.ts';
import { LIGHTHOUSE_BENCH } from './lighthouse/bench-lighthouse.ts';
import { LINE_BENCH } from './line/bench-line.ts';
import { LOAD_BENCH } from './load/bench-load.ts';
import { NOISE_BENCH } from './noise/bench-noise.ts';
import { OUTAGE_BENCH } from './outage/bench-outage.ts';
import { PHRASINGS_BENCH } from './phrasings/bench-phrasings.ts';
import { RELAY_BENCH } from './relay/bench-relay.ts';
import { REPLICAS_BENCH } from './replicas/bench-replicas.ts';
import { SOAK_BENCH } from './soak/bench-soak.ts';
import { START_BENCH } from './start/bench-start.ts';
import { TURN_BENCH } from './turn/bench-turn.ts';
import { WEB_BENCH } from './web/bench-web.ts';

/** By their names, in the order of the usage. */
const DECLARED = {
  relay: RELAY_BENCH,
  turn: TURN_BENCH,
  start: START_BENCH,
  load: LOAD_BENCH,
  callers: CALLERS_BENCH,
  outage: OUTAGE_BENCH,
  replicas: REPLICAS_BENCH,
  dialogues: DIALOGUES_BENCH,
  phrasings: PHRASINGS_BENCH,
  noise: NOISE_BENCH,
  web: WEB_BENCH,
  echo: ECHO_BENCH,
  lighthouse: LIGHTHOUSE_BENCH,
  line: LINE_BENCH,
  chaos: CHAOS_BENCH,
  soak: SOAK_BENCH,
  ear: EAR_BENCH,
  detector: DETECTOR_BENCH,
} as const;

export type BenchName = keyof typeof DECLARED;

/** Each reads the options that it runs with, so that their types need not be known here. */
export const BENCHES = DECLARED as unknown as Readonly<
  Record<BenchName, Bench<Readonly<Record<string, unknown>>>>
>;
const NAMES = Object.keys(BENCHES) as BenchName[];

export const BENCH_USAGE = `Measures Parley on this machine, against a baseline in the same run.

${NAMES.map(usageOf).join('\n')}
  --json  the results as one JSON object on one line, and nothing else on standard output
  --help  shows this

Exit status: 0 measured; 1 the measurement failed, bench outage found a turn missing or doubled,
bench replicas that or an answer after more than three seconds, bench chaos found a difference,
bench soak something left, bench callers a refusal or answers that are late, bench lighthouse or
phrasings a figure below its target, or bench ear a turn that was not answered once; 2 the options
are not usable.
`;

export interface BenchOptions {
  readonly bench: BenchName;
  /** What the benchmark's own options say. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly isJson: boolean;
}

/**
 * Reads the command line.
 *
 * @throws UsageError
 */
export function parseBenchOptions(commandLine: readonly string[]): BenchOptions | 'help' {
  const names = new Set(NAMES.flatMap((name) => Object.keys(BENCHES[name].options)));
  const { values, positionals } = parseCommandLine({
    args: [...commandLine],
    allowPositionals: true,
    options: {
      ...Object.fromEntries([...names].map((name) => [name, { type: 'string' as const }])),
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const [bench, ...rest] = positionals;
  if (bench === undefined) throw new UsageError(`Which benchmark: ${NAMES.join(', ')}?`);
  if (!isBench(bench)) {
    throw new UsageError(
      `There is no benchmark ${JSON.stringify(bench)}; there are ${NAMES.join(', ')}.`,
    );
  }
  if (rest.length > 0) throw new UsageError('One benchmark at a time.');
  const own = BENCHES[bench].options;
  const given: Readonly<Record<string, unknown>> = values;
  for (const name of names) {
    if (given[name] !== undefined && !Object.hasOwn(own, name)) {
      const owners = NAMES.filter((other) => Object.hasOwn(BENCHES[other].options, name));
      throw new UsageError(`--${name} belongs to bench ${owners.join(' and ')}.`);
    }
  }
  const options = Object.fromEntries(
    Object.entries(own).map(([name, { read }]) => [
      name,
      read(`--${name}`, given[name] as string | undefined, values.json),
    ]),
  );
  return { bench, options, isJson: values.json };
}

function usageOf(name: BenchName): string {
  const { about, options } = BENCHES[name];
  const flags = Object.entries(options).map(
    ([flag, { placeholder }]) => `[--${flag} ${placeholder}]`,
  );
  const command = ['  npm run bench --', name, ...flags, '[--json]'].join(' ');
  return `${command}\n      ${about.replaceAll('\n', '\n      ')}\n`;
}

function isBench(name: string): name is BenchName {
  return Object.hasOwn(BENCHES, name);
}
