import { once } from 'node:events';
import { CATALOGUE, type CatalogueEntry } from './catalogue.ts';
import type { Behaviour, Simulator } from './kit/simulator.ts';
import { optionsOrStatus, type CommandIo } from '../tools/command-line.ts';
import { parseSimulatorsOptions, SIMULATORS_USAGE } from './options.ts';

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
  io: CommandIo,
): Promise<number> {
  const { output, signal } = io;
  const options = optionsOrStatus(() => parseSimulatorsOptions(commandLine), SIMULATORS_USAGE, io);
  if (typeof options === 'number') return options;
  const { vendors, fault, moment } = options;
  const running: Simulator[] = [];
  try {
    for (const vendor of vendors) {
      const entry = CATALOGUE[vendor];
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
