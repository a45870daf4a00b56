import type { Deadlines } from '../../src/base/config/config.ts';
import type { Clock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { createFailoverStages } from '../../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/call/stages/health/policy.ts';
import type { Generator } from '../../src/call/stages/generator/generator.ts';
import type { StageLadder, Stages } from '../../src/call/stages/stages.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import { ScriptedGenerator } from './scripted-generator.ts';
import { ScriptedSynthesizer } from './scripted-synthesizer.ts';
import { ScriptedTranscriber } from './scripted-transcriber.ts';

/** What a test gives in place of the scripted providers. */
export interface ScriptedProviders {
  readonly transcriber?: Transcriber;
  /** Candidates behind the transcriber. */
  readonly otherTranscribers?: readonly Transcriber[];
  readonly generator?: Generator | readonly Generator[];
  readonly synthesizer?: Synthesizer;
  /** Candidates behind the synthesizer. */
  readonly otherSynthesizers?: readonly Synthesizer[];
  readonly ladder?: StageLadder | undefined;
  readonly deadlines?: Deadlines | undefined;
}

/**
 * Stages made as the relay makes them, but nothing is tried twice, a single attempt may take as
 * long as its stage, a voice as long as it likes, and no breaker opens: what a provider does is what the turn gets.
 */
export function scriptedStages(clock: Clock, providers: ScriptedProviders = {}): Stages {
  const {
    transcriber = new ScriptedTranscriber({ clock }),
    otherTranscribers = [],
    generator = new ScriptedGenerator({ clock }),
    synthesizer = new ScriptedSynthesizer({ clock }),
    otherSynthesizers = [],
    deadlines = DEFAULT_POLICY.deadlines,
  } = providers;
  const stages = createFailoverStages({
    transcribers: [transcriber, ...otherTranscribers],
    generators: [generator].flat(),
    synthesizers: [synthesizer, ...otherSynthesizers],
    policy: {
      ...DEFAULT_POLICY,
      retry: { fastMs: 0, when: 'never' },
      attempts: {
        ...DEFAULT_POLICY.attempts,
        generatorFirstMs: deadlines.generatorMs,
        generatorHedgeMs: deadlines.generatorMs,
        generatorStallMs: deadlines.generatorMs,
        synthesizerFirstMs: deadlines.synthesizerMs,
        synthesizerStallMs: deadlines.synthesizerMs,
      },
      breaker: { ...DEFAULT_POLICY.breaker, failuresToOpen: Number.POSITIVE_INFINITY },
      deadlines,
      longestSpeechMs: () => Number.POSITIVE_INFINITY,
    },
    clock,
    logger: silentLogger,
  });
  return { ...stages, ladder: providers.ladder ?? stages.ladder };
}
