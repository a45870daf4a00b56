import { cpus } from 'node:os';
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
      'Threads of the embedded recogniser. One stands ready while there are calls, the others start when callers talk at once, and end again. One belongs to an utterance until it is decoded; while all are taken, the next utterance waits. Each takes about 170 MB.',
  }),
  EMBEDDED_WAIT_S: seconds({
    fallback: 2,
    max: 30,
    about:
      'How long an utterance waits for a free recogniser before its caller hears that all are busy.',
  }),
};

/** A thread that starts again costs a caller nothing: it is ready before the first words end. */
const IDLE_MS = 60_000;

/**
 * Hearing, answering and speaking within this process: no keys, no network, a closed vocabulary.
 *
 * One thread of each kind stands ready while there are calls, and none without: a recogniser starts
 * within the time in which its caller says the first words. An engine's code is loaded with it: a relay
 * whose stages all have keys needs none.
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
        return createEmbeddedTranscriber({
          grammar: SPEECH_GRAMMAR,
          phraseState,
          writtenAs: asWritten,
          maxWorkers: values.EMBEDDED_WORKERS,
          waitMs: values.EMBEDDED_WAIT_S * 1_000,
          idleMs: IDLE_MS,
        });
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
        return createEmbeddedSynthesizer({ maxWorkers: MAX_SYNTHESIS_WORKERS, idleMs: IDLE_MS });
      },
    },
  ],
});
