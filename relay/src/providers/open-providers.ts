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
 * Makes everyone who was chosen.
 *
 * @throws Error where nobody is left who could do a stage
 */
export async function openProviders(
  { config, values, chosen }: Configuration,
  { clock, logger }: OpenProvidersOptions,
): Promise<Providers & AsyncDisposable> {
  const context: ProviderContext = {
    clock,
    logger,
    connectMs: config.providers.connectMs,
    language: config.providers.language,
  };
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
