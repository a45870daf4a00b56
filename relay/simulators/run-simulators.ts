import { once } from 'node:events';
import { CATALOGUE, type CatalogueEntry } from './catalogue.ts';
import type { Behaviour, Simulator } from './kit/simulator.ts';
import { UsageError } from '../tools/command-line.ts';
import { parseSimulatorsOptions, SIMULATORS_USAGE } from './options.ts';

export interface SimulatorsIo {
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
  /** Aborting ends it. */
  readonly signal: AbortSignal;
}

/** About as quick as the real ones. */
const BEHAVIOUR: Behaviour = {
  hear: (audio) => (audio.length === 0 ? '' : 'what is the answer'),
  answer: (question) => `You asked: ${question}. This is a simulated answer. It says no more.`,
  finalDelayMs: 100,
  firstTokenDelayMs: 150,
  firstAudioDelayMs: 80,
};

/**
 * The whole command: plays vendors until it is told to end.
 *
 * @returns its exit status
 */
export async function runSimulators(
  commandLine: readonly string[],
  { output, errors, signal }: SimulatorsIo,
): Promise<number> {
  let options: ReturnType<typeof parseSimulatorsOptions>;
  try {
    options = parseSimulatorsOptions(commandLine);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    errors.write(`${error.message}\n\n${SIMULATORS_USAGE}`);
    return 2;
  }
  if (options === 'help') {
    output.write(SIMULATORS_USAGE);
    return 0;
  }
  const { vendors, fault, moment } = options;
  const running: Simulator[] = [];
  try {
    for (const vendor of vendors) {
      const entry: CatalogueEntry = CATALOGUE[vendor];
      const simulator = await entry.start(BEHAVIOUR);
      running.push(simulator);
      if (fault !== undefined) simulator.fail(fault, moment);
      output.write(describe(vendor, entry, simulator));
    }
    output.write('# Ctrl-C ends them.\n');
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    await Promise.all(running.map((simulator) => simulator[Symbol.asyncDispose]()));
  }
}

/** Lines of an environment file, which comments introduce. */
function describe(vendor: string, entry: CatalogueEntry, simulator: Simulator): string {
  const settings = Object.entries(entry.environment(simulator));
  return [
    `# ${vendor}: ${simulator.url}, key ${simulator.key}`,
    ...settings.map(([name, value]) => `${name}=${value}`),
    '',
    '',
  ].join('\n');
}
