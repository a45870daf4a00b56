import { setTimeout as wait } from 'node:timers/promises';
import type { Providers } from '../../src/providers/providers.ts';
import type { TranscriptEvent } from '../../src/providers/transcriber.ts';

/** How long each stage of a turn takes, ms. */
export interface ProviderDelays {
  /** End of speech → final words. */
  readonly asr: number;
  /** Request → first text. */
  readonly llm: number;
  /** First clause → first audio. */
  readonly tts: number;
}

const SAMPLE_RATE_HZ = 16_000;
/** What is spoken of each clause: short, so that turns follow one another quickly. */
const CLAUSE_SAMPLES = (SAMPLE_RATE_HZ * 200) / 1_000;

/** Providers that do nothing but take their time, behind the same ports as real ones. */
export function timedProviders(delays: ProviderDelays): Providers {
  return {
    transcriber: {
      name: 'timed',
      async open({ signal }) {
        const { promise: finalized, resolve: finalize } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => finalize(), { once: true });
        return { push() {}, finalize, events: words(finalized, delays.asr, signal) };
      },
    },
    generator: {
      name: 'timed',
      async *generate({ signal }) {
        if (!(await passed(delays.llm, signal))) return;
        yield { type: 'text-delta', text: 'This is the first sentence. ' };
        yield { type: 'text-delta', text: 'And this is another.' };
      },
    },
    synthesizer: {
      name: 'timed',
      sampleRateHz: SAMPLE_RATE_HZ,
      voices: [{ id: 'timed', label: 'Timed' }],
      async *synthesize(clauses, { signal }) {
        let isFirst = true;
        for await (const text of clauses) {
          if (isFirst && !(await passed(delays.tts, signal))) return;
          isFirst = false;
          yield { type: 'clause-started', text };
          yield { type: 'speech-audio', samples: new Int16Array(CLAUSE_SAMPLES) };
        }
      },
    },
  };
}

async function* words(
  finalized: Promise<void>,
  delayMs: number,
  signal: AbortSignal,
): AsyncGenerator<TranscriptEvent, void, undefined> {
  await finalized;
  if (!(await passed(delayMs, signal))) return;
  yield { type: 'transcript-final', text: 'what is the answer', unrecognised: false };
}

/** @returns false where it was aborted meanwhile */
async function passed(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(delayMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
