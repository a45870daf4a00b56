import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { Configuration, KnownCandidate } from './configuration.ts';
import type { Generator } from './generator.ts';
import type { Providers } from './providers.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { Transcriber } from './transcriber.ts';
import type { Owned, ProviderContext } from './vendor.ts';

export interface OpenProvidersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What adapters share.
 *
 * @throws Error where it cannot be had
 */
export async function openContext(
  { config }: Configuration,
  { clock, logger }: OpenProvidersOptions,
): Promise<ProviderContext & AsyncDisposable> {
  return {
    clock,
    logger,
    connectMs: config.providers.connectMs,
    language: config.providers.language,
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * Makes everyone who was chosen.
 *
 * @throws Error where nobody is left who could do a stage
 */
export async function openProviders(
  configuration: Configuration,
  options: OpenProvidersOptions,
): Promise<Providers & AsyncDisposable> {
  const { values, chosen } = configuration;
  const context = await openContext(configuration, options);
  const open = (candidate: KnownCandidate) => candidate.create(values, context);
  const opened = await Promise.all([
    open(chosen.transcriber[0]!),
    open(chosen.generator[0]!),
    open(chosen.synthesizer[0]!),
  ]);
  const [transcriber, generator, synthesizer] = opened as [
    Owned<Transcriber>,
    Owned<Generator>,
    Owned<Synthesizer>,
  ];
  return {
    transcriber,
    generator,
    synthesizer,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((provider) => provider[Symbol.asyncDispose]?.()));
    },
  };
}
