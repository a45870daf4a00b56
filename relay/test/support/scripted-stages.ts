import type { Deadlines } from '../../src/config/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { createFailoverStages } from '../../src/stages/failover/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/stages/failover/policy.ts';
import type { Generator } from '../../src/stages/generator.ts';
import type { Ladder, Stages } from '../../src/stages/stages.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';
import type { Transcriber } from '../../src/stages/transcriber.ts';
import { ScriptedGenerator } from './scripted-generator.ts';
import { ScriptedSynthesizer } from './scripted-synthesizer.ts';
import { ScriptedTranscriber } from './scripted-transcriber.ts';

/** What a test gives in place of the scripted providers. */
export interface ScriptedProviders {
  readonly transcriber?: Transcriber;
  /** Candidates behind the transcriber. */
  readonly otherTranscribers?: readonly Transcriber[];
  readonly generator?: Generator;
  readonly synthesizer?: Synthesizer;
  readonly ladder?: Ladder | undefined;
  readonly deadlines?: Deadlines | undefined;
}

/**
 * Stages made as the relay makes them, but nothing is tried twice. The generator and the
 * synthesizer are used as they are.
 */
export function scriptedStages(clock: Clock, providers: ScriptedProviders = {}): Stages {
  const {
    transcriber = new ScriptedTranscriber({ clock }),
    otherTranscribers = [],
    generator = new ScriptedGenerator({ clock }),
    synthesizer = new ScriptedSynthesizer({ clock }),
    deadlines = DEFAULT_POLICY.deadlines,
  } = providers;
  const stages = createFailoverStages({
    transcribers: [transcriber, ...otherTranscribers],
    generators: [generator],
    synthesizers: [synthesizer],
    policy: { ...DEFAULT_POLICY, retry: { fastMs: 0, when: 'never' }, deadlines },
    clock,
    logger: silentLogger,
  });
  return { ...stages, generator, synthesizer, ladder: providers.ladder ?? stages.ladder };
}
