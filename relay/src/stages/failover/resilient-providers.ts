import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { HealthMonitor, type Checked } from './health-monitor.ts';
import type { ResiliencePolicy } from './policy.ts';
import type { Service, ServiceStatus } from './service.ts';
import type { Generator } from '../generator.ts';
import { ProviderError } from '../provider-error.ts';
import { STAGES, type Provider, type Stage } from '../provider.ts';
import type { Ladder, Providers } from '../providers.ts';
import type { Synthesizer } from '../synthesizer.ts';
import type { Transcriber } from '../transcriber.ts';
import type { Owned } from '../provider.ts';
import { ResilientGenerator } from './resilient-generator.ts';
import { ResilientSynthesizer } from './resilient-synthesizer.ts';
import { ResilientTranscriber } from './resilient-transcriber.ts';
import { StageCandidates } from './stage-candidates.ts';

export interface ResilientProvidersOptions {
  /** In order of preference, like the other two; all are disposed of with the whole. */
  readonly transcribers: readonly Owned<Transcriber>[];
  readonly generators: readonly Owned<Generator>[];
  readonly synthesizers: readonly Owned<Synthesizer>[];
  readonly policy: ResiliencePolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ResilientProviders extends Providers, AsyncDisposable {
  readonly ladder: Ladder;
  /** Everyone who is asked from here, in order of stage and preference. */
  services(): readonly ServiceStatus[];
  /**
   * Forgets what went wrong with a provider, in all its stages.
   *
   * @returns false where there is none of that name
   */
  reset(name: string): boolean;
}

/** The three stages, each with all its candidates behind it, checked while nobody speaks. */
export function createResilientProviders(options: ResilientProvidersOptions): ResilientProviders {
  const { transcribers, generators, synthesizers, policy, clock, logger } = options;
  const common = { policy, clock, logger };
  const stages = {
    transcriber: new StageCandidates({ stage: 'transcriber', providers: transcribers, ...common }),
    generator: new StageCandidates({ stage: 'generator', providers: generators, ...common }),
    synthesizer: new StageCandidates({ stage: 'synthesizer', providers: synthesizers, ...common }),
  };
  const candidates = STAGES.flatMap((stage) =>
    stages[stage].candidates.map(({ provider, service }) => ({ provider, service, stage })),
  );
  const services = candidates.flatMap(({ service }) => service ?? []);
  const monitor = new HealthMonitor({
    checked: candidates.flatMap(({ provider, service }) => checkedOf(provider, service)),
    policy: policy.health,
    clock,
    late: ({ name: provider, stage }) =>
      new ProviderError({ provider, stage: stage as Stage, fault: 'timeout' }),
    onFailure: ({ name, stage }, err) =>
      logger.warn({ err, provider: name, stage }, 'a provider failed its check'),
  });
  for (const service of services) logHealth(service, logger);
  const owned = [...transcribers, ...generators, ...synthesizers];
  return {
    transcriber: new ResilientTranscriber(stages.transcriber),
    generator: new ResilientGenerator(stages.generator),
    synthesizer: new ResilientSynthesizer(stages.synthesizer),
    ladder: createLadder(stages),
    services: () => services.map((service) => service.status()),
    reset(name) {
      const named = services.filter((service) => service.name === name);
      for (const service of named) service.reset();
      return named.length > 0;
    },
    async [Symbol.asyncDispose]() {
      await monitor[Symbol.asyncDispose]();
      for (const service of services) service[Symbol.dispose]();
      await Promise.all(owned.map(async (provider) => provider[Symbol.asyncDispose]?.()));
    },
  };
}

function checkedOf(provider: Provider, service: Service | undefined): readonly Checked[] {
  if (service === undefined || provider.probe === undefined) return [];
  return [{ service, probe: (signal) => provider.probe!(signal) }];
}

function logHealth(service: Service, logger: Logger): void {
  let { health } = service;
  service.subscribe(() => {
    if (service.health === health) return;
    ({ health } = service);
    logger.info(
      { provider: service.name, stage: service.stage, health },
      'a provider’s health changed',
    );
  });
}

function createLadder(stages: Readonly<Record<Stage, StageCandidates<Provider>>>): Ladder {
  return {
    active: (stage) => stages[stage].active,
    order: (stage) => stages[stage].candidates.map(({ name }) => name),
    subscribe(listener) {
      const ends = STAGES.flatMap((stage) => {
        const { candidates } = stages[stage];
        let active = stages[stage].active;
        const check = () => {
          const now = stages[stage].active;
          if (now === active) return;
          active = now;
          listener(stage, now);
        };
        return candidates.flatMap(({ service }) => service?.subscribe(check) ?? []);
      });
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
