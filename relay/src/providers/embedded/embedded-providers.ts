import type { Providers } from '../providers.ts';
import { createEmbeddedAssistant, EMBEDDED_SPEECH_GRAMMAR } from './assistant/index.ts';
import { createEmbeddedSynthesizer } from './speech/embedded-synthesizer.ts';
import { createEmbeddedTranscriber } from './speech/embedded-transcriber.ts';

/** Voices synthesise faster than they are heard, so two serve many more. */
const MAX_SYNTHESIS_WORKERS = 2;

export interface EmbeddedProviders extends Providers, AsyncDisposable {}

/**
 * Hearing, answering and speaking within this process: no keys, no network, a closed vocabulary.
 *
 * @param options.maxWorkers - people who can be listened to at the same moment
 * @throws Error where the engines cannot start
 */
export async function createEmbeddedProviders(options: {
  readonly maxWorkers: number;
  readonly workerWaitMs: number;
}): Promise<EmbeddedProviders> {
  const transcriber = createEmbeddedTranscriber({
    grammar: EMBEDDED_SPEECH_GRAMMAR,
    maxWorkers: options.maxWorkers,
    waitMs: options.workerWaitMs,
  });
  const synthesizer = await createEmbeddedSynthesizer({ maxWorkers: MAX_SYNTHESIS_WORKERS });
  try {
    // One of each is warm before anyone calls, so the first turn is as quick as the rest.
    await Promise.all([transcriber.warm(1), synthesizer.warm(1)]);
  } catch (error) {
    await Promise.all([transcriber[Symbol.asyncDispose](), synthesizer[Symbol.asyncDispose]()]);
    throw error;
  }
  return {
    transcriber,
    generator: createEmbeddedAssistant(),
    synthesizer,
    async [Symbol.asyncDispose]() {
      await Promise.all([transcriber[Symbol.asyncDispose](), synthesizer[Symbol.asyncDispose]()]);
    },
  };
}
