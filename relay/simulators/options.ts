import { parseCommandLine, UsageError } from '../tools/command-line.ts';
import { CATALOGUE, type SimulatedVendor } from './catalogue.ts';
import type { Fault, FaultMoment } from './kit/fault.ts';

const VENDORS = Object.keys(CATALOGUE) as readonly SimulatedVendor[];
const MOMENTS: readonly FaultMoment[] = ['first-use', 'mid-stream'];

/** Each kind with what is usual of it. */
const FAULTS: { readonly [kind in Fault['kind']]: Fault } = {
  refuse: { kind: 'refuse' },
  status: { kind: 'status', status: 503, retryAfterS: 5 },
  slow: { kind: 'slow', delayMs: 3_000 },
  stall: { kind: 'stall' },
  malformed: { kind: 'malformed' },
  'abrupt-close': { kind: 'abrupt-close' },
  'half-open': { kind: 'half-open' },
};

export const SIMULATORS_USAGE = `Usage: node relay/simulators/main.ts [vendor…] [--fault KIND] [--moment MOMENT]

Plays vendors on this machine until Ctrl-C, and prints the settings that point Parley at them.

  vendor      ${VENDORS.join(', ')}; all of them where none is named
  --fault     what goes wrong, every time: ${Object.keys(FAULTS).join(', ')}
  --moment    when: ${MOMENTS.join(' (where none is given) or ')}
  --help      this text
`;

export interface SimulatorsOptions {
  readonly vendors: readonly SimulatedVendor[];
  readonly fault: Fault | undefined;
  readonly moment: FaultMoment;
}

/** @throws UsageError that says what is wrong */
export function parseSimulatorsOptions(commandLine: readonly string[]): SimulatorsOptions | 'help' {
  const { values, positionals } = parse(commandLine);
  if (values.help === true) return 'help';
  if (values.moment !== undefined && values.fault === undefined) {
    throw new UsageError('--moment says when a --fault happens, and there is none.');
  }
  return {
    vendors:
      positionals.length === 0
        ? VENDORS
        : positionals.map((vendor) => oneOf('vendor', vendor, VENDORS)),
    fault:
      values.fault === undefined
        ? undefined
        : FAULTS[oneOf('--fault', values.fault, Object.keys(FAULTS) as Fault['kind'][])],
    moment: oneOf('--moment', values.moment ?? 'first-use', MOMENTS),
  };
}

function parse(commandLine: readonly string[]) {
  return parseCommandLine({
    args: [...commandLine],
    allowPositionals: true,
    options: {
      fault: { type: 'string' },
      moment: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function oneOf<T extends string>(what: string, found: string, known: readonly T[]): T {
  const value = known.find((each) => each === found);
  if (value === undefined) {
    throw new UsageError(`${what}: found "${found}", expected one of ${known.join(', ')}.`);
  }
  return value;
}
