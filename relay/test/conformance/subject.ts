import type { Stage } from '@parley/shared';
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { readSettings } from '../../src/base/config/read-settings.ts';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import type { Owned } from '../../src/call/stages/provider.ts';
import type { KnownVendor, ProviderContext } from '../../src/providers/vendor-kit/vendor.ts';
import { CATALOGUE, type SimulatedVendor } from '../../simulators/catalogue.ts';
import type { Behaviour, Simulator } from '../../simulators/kit/simulator.ts';

/** An adapter under test, and the simulator of its vendor. */
export interface Subject<Port> {
  readonly name: string;
  start(behaviour: Behaviour): Promise<Simulator>;
  create(simulator: Simulator, context: ProviderContext): Promise<Owned<Port>>;
}

/**
 * How long the adapters under test may take to connect: some tests wait for it, and on a busy
 * machine a healthy vendor needs a good part of it.
 */
export const CONNECT_MS = 1_500;

/**
 * A candidate of a vendor, set up by nothing but its settings, as an operator would.
 *
 * @param settings - beyond those that are needed
 */
export function subjectOf<Port>(
  vendor: KnownVendor,
  stage: Stage,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Subject<Port> {
  const { start, environment } = CATALOGUE[vendor.id as SimulatedVendor];
  const candidate = vendor.candidates.find((each) => each.stage === stage && each.name === name);
  if (candidate === undefined) throw new Error(`There is no ${stage} called ${name}`);
  return {
    name: [name, ...Object.values(settings)].join(' '),
    start,
    async create(simulator, context) {
      const values = readSettings(vendor.settings, { ...environment(simulator), ...settings });
      if (!candidate.isConfigured(values)) throw new Error(`${name} is not configured`);
      return (await candidate.create(values, context)) as unknown as Owned<Port>;
    },
  };
}

/** An adapter and its simulator for the length of one test. */
export class Rig<Port> implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly port: Port;
  /** Everything the adapter logged, at every level. */
  readonly logs: readonly string[];
  readonly logger: Logger;
  readonly #owned: Owned<Port>;

  private constructor(simulator: Simulator, owned: Owned<Port>, logger: Logger, logs: string[]) {
    this.simulator = simulator;
    this.port = owned;
    this.#owned = owned;
    this.logger = logger;
    this.logs = logs;
  }

  /** @param clock - the adapter's; the vendor's time is real */
  static async set<Port>(
    subject: Subject<Port>,
    behaviour: Behaviour = {},
    clock: Clock = systemClock,
  ): Promise<Rig<Port>> {
    const logs: string[] = [];
    const logger = loggerInto(logs);
    const simulator = await subject.start(behaviour);
    const owned = await subject.create(simulator, {
      clock,
      logger,
      connectMs: CONNECT_MS,
      language: 'en-US',
    });
    return new Rig(simulator, owned, logger, logs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]?.();
    await this.simulator[Symbol.asyncDispose]();
  }
}

/** @param level - the lowest that is kept */
export function loggerInto(lines: string[], level = 'trace'): Logger {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  return pino({ level, base: null }, stream);
}
