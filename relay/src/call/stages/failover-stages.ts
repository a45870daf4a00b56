import { STAGES, type Stage } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Candidate } from './health/attempts.ts';
import { HealthMonitor, type ProbeTarget } from './health/health-monitor.ts';
import type { ResiliencePolicy } from './health/policy.ts';
import type { ProviderHealth } from './health/provider-health.ts';
import type { Generator } from './generator/generator.ts';
import { type Owned, type Provider, type ProviderUse } from './provider.ts';
import type { StageLadder, Stages } from './stages.ts';
import type { Synthesizer } from './synthesizer/synthesizer.ts';
import type { Transcriber } from './transcriber/transcriber.ts';
import { FailoverGenerator } from './generator/failover-generator.ts';
import { FailoverSynthesizer } from './synthesizer/failover-synthesizer.ts';
import { PhraseMemory } from './synthesizer/phrase-memory.ts';
import { FailoverTranscriber } from './transcriber/failover-transcriber.ts';
import { StageCandidates } from './health/stage-candidates.ts';

export interface FailoverStagesOptions {
  /** In order of preference, like the other two; all are disposed of with the whole. */
  readonly transcribers: readonly Owned<Transcriber>[];
  readonly generators: readonly Owned<Generator>[];
  readonly synthesizers: readonly Owned<Synthesizer>[];
  readonly policy: ResiliencePolicy;
  /** What Parley says in words of its own, clause by clause: remembered as it was spoken. */
  readonly phrases?: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Spreads the probes; 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

export type FailoverStages = Stages & AsyncDisposable;

interface Candidates {
  readonly transcriber: StageCandidates<Transcriber>;
  readonly generator: StageCandidates<Generator>;
  readonly synthesizer: StageCandidates<Synthesizer>;
}

/** The three stages, each with all its candidates behind it, which are probed between requests. */
export function createFailoverStages(options: FailoverStagesOptions): FailoverStages {
  const { transcribers, generators, synthesizers, policy, clock, logger } = options;
  const { random = Math.random } = options;
  let ownUse: (use: ProviderUse) => void = () => {};
  const onOwnUse = (use: ProviderUse) => ownUse(use);
  const common = { policy, onOwnUse, clock, logger };
  const stages: Candidates = {
    transcriber: new StageCandidates({ stage: 'transcriber', providers: transcribers, ...common }),
    generator: new StageCandidates({ stage: 'generator', providers: generators, ...common }),
    synthesizer: new StageCandidates({ stage: 'synthesizer', providers: synthesizers, ...common }),
  };
  const candidates = STAGES.flatMap((stage) => [...stages[stage].candidates]);
  const watched = candidates.flatMap(({ health }) => health ?? []);
  const monitor = new HealthMonitor({
    targets: candidates.flatMap(probeTarget),
    watched,
    policy: policy.health,
    clock,
    logger,
    random,
  });
  for (const health of watched) logHealth(health, logger);
  const owned = [...transcribers, ...generators, ...synthesizers];
  const watchedAll: Pick<Stages, 'services' | 'reset' | 'onOwnUse' | 'queueDepths'> = {
    onOwnUse(listener) {
      ownUse = listener;
    },
    services: () => watched.map((health) => health.status()),
    reset(stage, name) {
      const one = watched.find((health) => health.stage === stage && health.name === name);
      one?.reset();
      return one !== undefined;
    },
    queueDepths() {
      const waiting = { transcriber: 0, generator: 0, synthesizer: 0 };
      for (const stage of STAGES) {
        for (const { provider } of stages[stage].candidates) {
          waiting[stage] += provider.waiting?.() ?? 0;
        }
      }
      return waiting;
    },
  };
  /** A view of the stages, with a memory for phrases in its own first voice. */
  const toStages = (of: Candidates): Stages => ({
    ...watchedAll,
    transcriber: new FailoverTranscriber(of.transcriber),
    generator: new FailoverGenerator(of.generator),
    synthesizer: new FailoverSynthesizer(
      of.synthesizer,
      new PhraseMemory({ phrases: options.phrases ?? [], clock }),
    ),
    ladder: createLadder(of),
    languages: {
      transcriber: of.transcriber.languages,
      generator: of.generator.languages,
      synthesizer: of.synthesizer.languages,
    },
    arranged(choose) {
      const namesOf = (stage: Stage) =>
        choose(
          stage,
          stages[stage].candidates.map(({ name }) => name),
        );
      const chosen = {
        transcriber: stages.transcriber.arranged(namesOf('transcriber')),
        generator: stages.generator.arranged(namesOf('generator')),
        synthesizer: stages.synthesizer.arranged(namesOf('synthesizer')),
      };
      const isComplete = STAGES.every((stage) => chosen[stage].candidates.length > 0);
      return isComplete ? toStages(chosen) : undefined;
    },
  });
  return {
    ...toStages(stages),
    async [Symbol.asyncDispose]() {
      await monitor[Symbol.asyncDispose]();
      for (const health of watched) health[Symbol.dispose]();
      await Promise.all(owned.map(async (provider) => provider[Symbol.asyncDispose]?.()));
    },
  };
}

function probeTarget({ provider, health }: Candidate<Provider>): readonly ProbeTarget[] {
  if (health === undefined || provider.probe === undefined) return [];
  return [{ health, probe: (signal) => provider.probe!(signal) }];
}

function logHealth(watched: ProviderHealth, logger: Logger): void {
  let { health } = watched;
  watched.subscribe(() => {
    if (watched.health === health) return;
    ({ health } = watched);
    logger.info(
      { provider: watched.name, stage: watched.stage, health },
      '[HEALTH-CHECK] provider health changed',
    );
  });
}

function createLadder(stages: Candidates): StageLadder {
  return {
    active: (stage, language) => stages[stage].active(language),
    order: (stage) => stages[stage].candidates.map(({ name }) => name),
    subscribe(listener, language) {
      const unsubscribes = STAGES.flatMap((stage) => {
        const { candidates } = stages[stage];
        let active = stages[stage].active(language?.());
        const check = () => {
          const now = stages[stage].active(language?.());
          if (now === active) return;
          active = now;
          listener(stage, now);
        };
        return candidates.flatMap(({ health }) => health?.subscribe(check) ?? []);
      });
      return () => {
        for (const unsubscribe of unsubscribes) unsubscribe();
      };
    },
  };
}
