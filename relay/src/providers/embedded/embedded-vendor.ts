import { availableParallelism, cpus } from 'node:os';
import { seconds, whole } from '../../base/config/setting-kinds.ts';
import { defineVendor } from '../vendor-kit/vendor.ts';

/** Speech is synthesised faster than it is heard, so two threads serve many callers. */
const MAX_SYNTHESIS_WORKERS = 2;

const EMBEDDED_SETTINGS = {
  EMBEDDED_WORKERS: whole({
    fallback: Math.max(2, Math.min(8, cpus().length * 2)),
    shown: 'twice the cores, 2 to 8',
    min: 1,
    max: 64,
    about:
      'Threads of the embedded recogniser. Two stand ready, the others start when they are needed. One belongs to an utterance until it is decoded; while all are taken, the next utterance waits. Each takes about 170 MB.',
  }),
  EMBEDDED_WAIT_S: seconds({
    fallback: 2,
    max: 30,
    about:
      'How long an utterance waits for a free recogniser before its caller hears that all are busy.',
  }),
};

/**
 * Recognisers that soon stand ready for the first callers. If many begin to speak at once, the start
 * of the second would take the processor from the first when it is needed most.
 */
const READY_RECOGNISERS = Math.min(2, availableParallelism());

/**
 * Hearing, answering and speaking within this process: no keys, no network, a closed vocabulary.
 *
 * One thread of each kind is warm before the first call, so that the first turn is as quick as the
 * rest. An engine's code is loaded with it: a relay whose stages all have keys needs none.
 */
export const embeddedVendor = defineVendor({
  id: 'embedded',
  label: 'Embedded',
  settings: EMBEDDED_SETTINGS,
  candidates: [
    {
      stage: 'transcriber',
      name: 'embedded',
      isConfigured: () => true,
      async create(values) {
        const { SPEECH_GRAMMAR, phraseState, asWritten } = await import('@parley/phrases');
        const { createEmbeddedTranscriber } = await import('./embedded-transcriber.ts');
        return warmed(
          createEmbeddedTranscriber({
            grammar: SPEECH_GRAMMAR,
            phraseState,
            writtenAs: asWritten,
            maxWorkers: values.EMBEDDED_WORKERS,
            waitMs: values.EMBEDDED_WAIT_S * 1_000,
          }),
          READY_RECOGNISERS,
        );
      },
    },
    {
      stage: 'generator',
      name: 'embedded',
      isConfigured: () => true,
      create: async () => (await import('./assistant.ts')).createEmbeddedAssistant(),
    },
    {
      stage: 'synthesizer',
      name: 'embedded',
      isConfigured: () => true,
      async create() {
        const { createEmbeddedSynthesizer } = await import('./embedded-synthesizer.ts');
        return warmed(await createEmbeddedSynthesizer({ maxWorkers: MAX_SYNTHESIS_WORKERS }));
      },
    },
  ],
});

/** Waits for the engine's first thread; the others of `ready` start behind it. */
async function warmed<T extends AsyncDisposable & { warm(count: number): Promise<void> }>(
  engine: T,
  ready = 1,
): Promise<T> {
  try {
    await engine.warm(1);
    // A thread that cannot start is asked for again when it is needed, and reported then.
    engine.warm(ready).catch(() => {});
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}
