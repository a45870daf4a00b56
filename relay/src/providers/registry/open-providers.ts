import { STAGES, type Stage } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { DEFAULT_POLICY, type ResiliencePolicy } from '../../call/stages/health/policy.ts';
import type { Configuration, KnownCandidate } from './configuration.ts';
import type { Generator } from '../../call/stages/generator/generator.ts';
import { type Provider } from '../../call/stages/provider.ts';
import type { LanguageModelValues } from '../vendor-kit/language-model/language-model-settings.ts';
import { openToolbox } from '../vendor-kit/language-model/mcp/mcp-toolbox.ts';
import { createFailoverStages, type FailoverStages } from '../../call/stages/failover-stages.ts';
import type { Synthesizer } from '../../call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../call/stages/transcriber/transcriber.ts';
import type { Owned } from '../../call/stages/provider.ts';
import type { ProviderContext } from '../vendor-kit/vendor.ts';

/** The audio of an utterance that arrives before it is seen to be too long. */
const UTTERANCE_SLACK_MS = 2_000;

export interface OpenProvidersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What Parley says in words of its own, clause by clause: kept ready to be spoken. */
  readonly phrases?: readonly string[];
  /** In the place of what the configuration chooses for their stages. */
  readonly own?: OwnProviders;
}

/** Providers that come from code; they are disposed of with the others. */
export interface OwnProviders {
  readonly transcriber?: Owned<Transcriber>;
  readonly generator?: Owned<Generator>;
  readonly synthesizer?: Owned<Synthesizer>;
}

/**
 * What adapters share.
 *
 * @throws ConfigError if the file of MCP servers is not right
 */
export async function openContext(
  { config, environment, values }: Configuration,
  { clock, logger }: Pick<OpenProvidersOptions, 'clock' | 'logger'>,
): Promise<ProviderContext & AsyncDisposable> {
  const toolbox = await openToolbox(values as LanguageModelValues, {
    environment,
    clock,
    logger,
  });
  return {
    clock,
    logger,
    connectMs: config.providers.connectMs,
    language: config.providers.language,
    toolbox,
    [Symbol.asyncDispose]: () => toolbox[Symbol.asyncDispose](),
  };
}

/**
 * Makes all providers that were chosen, those of a stage in order of preference.
 *
 * One that cannot be made (the embedded engines may fail to start) is left out and logged, as long
 * as another can do the stage.
 *
 * @throws Error if none is left that could do a stage
 */
export async function openProviders(
  configuration: Configuration,
  options: OpenProvidersOptions,
): Promise<FailoverStages> {
  const context = await openContext(configuration, options);
  const opened = Object.fromEntries(
    await Promise.all(
      STAGES.map(async (stage) => {
        const own = options.own?.[stage];
        return [stage, own ? [own] : await openStage(stage, configuration, context)] as const;
      }),
    ),
  ) as Record<Stage, readonly Owned<Provider>[]>;
  const providers = createFailoverStages({
    transcribers: opened.transcriber as readonly Owned<Transcriber>[],
    generators: opened.generator as readonly Owned<Generator>[],
    synthesizers: opened.synthesizer as readonly Owned<Synthesizer>[],
    policy: policyOf(configuration),
    phrases: options.phrases ?? [],
    clock: options.clock,
    logger: options.logger,
  });
  return {
    ...providers,
    async [Symbol.asyncDispose]() {
      await providers[Symbol.asyncDispose]();
      await context[Symbol.asyncDispose]();
    },
  };
}

async function openStage(
  stage: Stage,
  { values, chosen }: Configuration,
  context: ProviderContext,
): Promise<readonly Owned<Provider>[]> {
  const made = await Promise.allSettled(
    chosen[stage].map(async (candidate: KnownCandidate) => candidate.create(values, context)),
  );
  const opened = made.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = made.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (opened.length === 0) throw failures[0];
  for (const err of failures) context.logger.error({ err, stage }, 'provider failed to initialise');
  return opened;
}

function policyOf({ config }: Configuration): ResiliencePolicy {
  return {
    ...DEFAULT_POLICY,
    deadlines: config.deadlines,
    attempts: {
      ...DEFAULT_POLICY.attempts,
      generatorFirstMs: config.providers.firstWordMs,
      generatorHedgeMs: config.providers.firstWordMs / 2,
    },
    health: { ...DEFAULT_POLICY.health, intervalMs: config.providers.healthIntervalMs },
    maxUtteranceMs: config.limits.utterance_ms + UTTERANCE_SLACK_MS,
  };
}
