import type { Stage } from '@parley/shared';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import {
  createFailoverStages,
  type FailoverStages,
} from '../../src/call/stages/failover-stages.ts';
import type { Generator } from '../../src/call/stages/generator/generator.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import { DEFAULT_POLICY, type ResiliencePolicy } from '../../src/call/stages/health/policy.ts';
import type { ProviderStatus } from '../../src/call/stages/provider.ts';
import type { Behaviour, Simulator } from '../../simulators/kit/simulator.ts';
import type { Storage } from '../../src/keeping/storage/storage.ts';
import { Rig } from '../conformance/subject.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from '../support/test-relay.ts';
import { PRIMARY, SECOND, type Lineup } from './lineup.ts';

/** Longest that a stage may take, over all its providers. */
const STAGE_MS = 2_000;

/** Deadlines shorter than in production, because some tests wait for them. */
export const SHORT_POLICY: ResiliencePolicy = {
  ...DEFAULT_POLICY,
  // A check is a request as well: it must not come amid a test that counts them.
  health: { ...DEFAULT_POLICY.health, intervalMs: 86_400_000 },
  deadlines: { transcriberMs: STAGE_MS, generatorMs: STAGE_MS, synthesizerMs: STAGE_MS },
  attempts: {
    ...DEFAULT_POLICY.attempts,
    transcriberOpenMs: 600,
    transcriberFinalMs: 800,
    generatorFirstMs: 800,
    generatorHedgeMs: 400,
    generatorStallMs: 800,
    synthesizerFirstMs: 800,
    synthesizerStallMs: 800,
  },
};

export const QUESTION = 'what is the answer';
export const ANSWER = 'Here is the first of it. And this is all the rest.';

export interface FaultyRelayOptions {
  /** Whether each stage has a second provider. */
  readonly hasSecond?: boolean;
  /** Primary vendors in place of the usual ones. */
  readonly lineup?: Partial<Lineup>;
  readonly policy?: ResiliencePolicy;
  /** The relay's and the adapters'; the vendors' time is real. Without it, theirs is too. */
  readonly clock?: Clock;
  /** The behaviour of the vendors that are asked first, and of the stand-ins. */
  readonly primary?: Behaviour;
  readonly second?: Behaviour;
  /** false: nothing is logged, so that nothing of it is kept. */
  readonly areLogsKept?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly money?: TestRelayOptions['money'];
  readonly storage?: Storage;
}

type Rigs = Readonly<Record<Stage, Rig<unknown>>>;

/** A whole relay over simulated vendors, any of which can be made to fail. */
export class FaultyRelay implements AsyncDisposable {
  readonly relay: TestRelay;
  readonly providers: FailoverStages;
  readonly #primary: Rigs;
  readonly #second: Rigs | undefined;

  private constructor(
    parts: Pick<FaultyRelay, 'relay' | 'providers'>,
    primary: Rigs,
    second: Rigs | undefined,
  ) {
    this.relay = parts.relay;
    this.providers = parts.providers;
    this.#primary = primary;
    this.#second = second;
  }

  static async start(options: FaultyRelayOptions = {}): Promise<FaultyRelay> {
    const { policy = SHORT_POLICY, clock = systemClock } = options;
    const behaviour = { hear: () => QUESTION, answer: () => ANSWER };
    const primary = await rigsOf(
      { ...PRIMARY, ...options.lineup },
      { ...behaviour, ...options.primary },
      clock,
    );
    const second =
      options.hasSecond === true
        ? await rigsOf(SECOND, { ...behaviour, ...options.second }, clock)
        : undefined;
    const portsOf = <Port>(stage: Stage) =>
      [primary, second].flatMap((rigs) => (rigs === undefined ? [] : [rigs[stage].port as Port]));
    const providers = createFailoverStages({
      transcribers: portsOf<Transcriber>('transcriber'),
      generators: portsOf<Generator>('generator'),
      synthesizers: portsOf<Synthesizer>('synthesizer'),
      policy,
      clock,
      logger: options.areLogsKept === false ? silentLogger : primary.generator.logger,
    });
    const { transcriberMs, generatorMs, synthesizerMs } = policy.deadlines;
    const relay = await startTestRelay({
      stages: providers,
      clock,
      money: options.money,
      ...(options.storage && { storage: options.storage }),
      env: {
        TRANSCRIBER_DEADLINE_S: String(transcriberMs / 1_000),
        GENERATOR_DEADLINE_S: String(generatorMs / 1_000),
        SYNTHESIZER_DEADLINE_S: String(synthesizerMs / 1_000),
        ...(options.areLogsKept === false && { LOG_LEVEL: 'silent' }),
        ...options.env,
      },
    });
    return new FaultyRelay({ relay, providers }, primary, second);
  }

  /** The vendor that is asked first. */
  vendor(stage: Stage): Simulator {
    return this.#primary[stage].simulator;
  }

  /** The vendors of each stage, in the order in which they are asked. */
  get vendors(): Readonly<Record<Stage, readonly Simulator[]>> {
    const of = (stage: Stage) =>
      [this.#primary, this.#second].flatMap((rigs) => rigs?.[stage].simulator ?? []);
    return {
      transcriber: of('transcriber'),
      generator: of('generator'),
      synthesizer: of('synthesizer'),
    };
  }

  /** How the relay stands with the vendor that is asked first. */
  breaker(stage: Stage): ProviderStatus['breaker'] {
    const { name } = this.#primary[stage].port as { readonly name: string };
    const services = this.providers.services();
    return services.find((each) => each.stage === stage && each.name === name)!.breaker;
  }

  /** Every line that was logged: the relay's at `info`, the adapters' and wrappers' all. */
  get logs(): string {
    const rigs = [this.#primary, ...(this.#second === undefined ? [] : [this.#second])];
    const lines = rigs.flatMap((each) => Object.values(each).flatMap(({ logs }) => logs));
    return [...this.relay.logs.lines, ...lines].join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.relay[Symbol.asyncDispose]();
    await this.providers[Symbol.asyncDispose]();
    for (const rigs of [this.#primary, this.#second]) {
      if (rigs === undefined) continue;
      for (const rig of Object.values(rigs)) await rig.simulator[Symbol.asyncDispose]();
    }
  }
}

async function rigsOf(lineup: Lineup, behaviour: Behaviour, clock: Clock): Promise<Rigs> {
  const [transcriber, generator, synthesizer] = await Promise.all([
    Rig.set<unknown>(lineup.transcriber, behaviour, clock),
    Rig.set<unknown>(lineup.generator, behaviour, clock),
    Rig.set<unknown>(lineup.synthesizer, behaviour, clock),
  ]);
  return { transcriber, generator, synthesizer };
}
