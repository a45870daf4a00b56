import type { SoundSwallowerModule, Decoder } from 'soundswallower';
import { systemClock } from '../../base/lib/clock.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { createFailoverStages, type FailoverStages } from '../../call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../../call/stages/health/policy.ts';
import {
  createEmbeddedAssistant,
  EMBEDDED_SPEECH_GRAMMAR,
  embeddedPhraseState,
} from './assistant/index.ts';
import { voiceToEar } from './assistant/voice-to-ear.rig.ts';
import { withNames } from './assistant/written-names.ts';
import { createEmbeddedTranscriber } from './recogniser/embedded-transcriber.ts';
import { loadGrammar } from './recogniser/load-grammar.ts';
import type { WordNetwork } from './recogniser/word-network.ts';
import { createEmbeddedSynthesizer } from './voice/embedded-synthesizer.ts';
import { compileFlite, Flite } from './voice/flite.ts';

/** The first tests wait for the threads to start, on a machine that may be busy. */
export const START_MS = 120_000;

/**
 * The embedded voice and recogniser, which all test files of a process share: they take seconds to
 * start, and their WebAssembly gets quick by use. They end with the process.
 */
export const warmEngines = once(async () => {
  // One thread of each kind: test files run beside each other.
  const options = { maxWorkers: 1, waitMs: START_MS, answerMs: START_MS };
  const { [Symbol.asyncDispose]: _voice, ...synthesizer } =
    await createEmbeddedSynthesizer(options);
  const { [Symbol.asyncDispose]: _ear, ...transcriber } = createEmbeddedTranscriber({
    grammar: EMBEDDED_SPEECH_GRAMMAR,
    phraseState: embeddedPhraseState,
    writtenAs: withNames,
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

let network: WordNetwork | undefined;

/** Loads the assistant's grammar into a decoder, the first time in 0.3 s. */
export function loadAssistantGrammar(module: SoundSwallowerModule, decoder: Decoder): void {
  network = loadGrammar(module, decoder, EMBEDDED_SPEECH_GRAMMAR, network);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
