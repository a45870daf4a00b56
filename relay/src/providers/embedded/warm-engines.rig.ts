import { systemClock } from '../../base/lib/clock.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { createFailoverStages, type FailoverStages } from '../../call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../../call/stages/health/policy.ts';
import { SPEECH_GRAMMAR, phraseState } from '@parley/phrases';
import { createEmbeddedAssistant } from './assistant.ts';
import { voiceToEar } from './voice-to-ear.rig.ts';
import { createEmbeddedTranscriber } from './embedded-transcriber.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';
import { compileFlite, Flite } from '@parley/voice';

/** The first tests wait for the threads to start, on a machine that may be busy. */
export const START_MS = 120_000;

/**
 * The embedded voice and recogniser, which all test files of a process share: they take seconds to
 * start, and their WebAssembly gets quick by use. They end with the process.
 */
export const warmEngines = once(async () => {
  // One thread of each kind: test files run beside each other.
  const options = { maxWorkers: 1, waitMs: START_MS, answerMs: START_MS };
  const { [Symbol.asyncDispose]: _voice, ...synthesizer } = createEmbeddedSynthesizer(options);
  const { [Symbol.asyncDispose]: _ear, ...transcriber } = createEmbeddedTranscriber({
    grammar: SPEECH_GRAMMAR,
    phraseState: phraseState,
    ...options,
  });
  await Promise.all([synthesizer.warm(1), transcriber.warm(1)]);
  return { synthesizer, transcriber };
});

export const warmEar = once(async () => voiceToEar(await warmEngines()));

/** The voice's program in the test's own thread. */
export const warmFlite = once(async () => new Flite(await compileFlite()));

/** What a relay without keys consists of; to be disposed of, which leaves the engines as they are. */
export async function openWarmStages(): Promise<FailoverStages> {
  const { synthesizer, transcriber } = await warmEngines();
  return createFailoverStages({
    transcribers: [transcriber],
    generators: [createEmbeddedAssistant()],
    synthesizers: [synthesizer],
    policy: DEFAULT_POLICY,
    clock: systemClock,
    logger: silentLogger,
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
