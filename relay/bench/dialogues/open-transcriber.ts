import type {
  Transcriber,
  Transcription,
  TranscriptionOptions,
} from '../../src/call/stages/transcriber/transcriber.ts';
import { TranscriptQueue } from '../../src/providers/vendor-kit/transcription/transcript-queue.ts';
import type { TimedWord } from './dialogue.ts';
import { MARK_SAMPLES, MarkReader } from './sample-mark.ts';

/** A word is known this long after its end, as of good streaming recognisers. */
const PARTIAL_LAG_MS = 200;
/** From the end of the audio to the final transcript. */
const FINAL_MS = 100;
/** A word is heard even if its edges are cut. */
const EDGE_MS = 80;
const SAMPLES_PER_MS = 16;

/**
 * Understands everything that is said in the dialogues, from the marks in their samples, at the
 * pace of a good recogniser. The transcriber punctuates nothing.
 *
 * @param words - by dialogue and utterance
 */
export function openTranscriber(
  words: readonly (readonly (readonly TimedWord[])[])[],
): Transcriber {
  return {
    name: 'open',
    open: async ({ signal }: TranscriptionOptions) => new OpenTranscription(words, signal),
  };
}

class OpenTranscription implements Transcription {
  readonly events: TranscriptQueue;
  readonly #words: readonly (readonly (readonly TimedWord[])[])[];
  readonly #marks = new MarkReader();
  /** Utterances that are in the audio, each with the start and end of the audio in it, ms. */
  readonly #heard = new Map<readonly TimedWord[], { readonly fromMs: number; toMs: number }>();
  #samples = 0;
  #partial = '';

  constructor(words: readonly (readonly (readonly TimedWord[])[])[], signal: AbortSignal) {
    this.#words = words;
    this.events = new TranscriptQueue(signal, () => {});
  }

  push(samples: Int16Array): void {
    this.#samples += samples.length;
    for (const span of this.#heard.values()) span.toMs += samples.length / SAMPLES_PER_MS;
    this.#marks.read(samples, ({ run, utterance, offsetMs }, samplesAfter) => {
      const said = this.#words[run]?.[utterance];
      if (said === undefined) return;
      const toMs = offsetMs + (MARK_SAMPLES + samplesAfter) / SAMPLES_PER_MS;
      const fromMs = toMs - this.#samples / SAMPLES_PER_MS;
      this.#heard.set(said, { fromMs: this.#heard.get(said)?.fromMs ?? fromMs, toMs });
    });
    const text = this.#textUntil(PARTIAL_LAG_MS);
    if (text === this.#partial) return;
    this.#partial = text;
    this.events.push({ type: 'transcript-partial', text });
  }

  finalize(): void {
    setTimeout(() => this.events.final(this.#textUntil(-EDGE_MS)), FINAL_MS);
  }

  #textUntil(lagMs: number): string {
    return [...this.#heard]
      .flatMap(([said, { fromMs, toMs }]) =>
        said.filter(({ startMs, endMs }) => startMs >= fromMs - EDGE_MS && endMs <= toMs - lagMs),
      )
      .map(({ text }) => text)
      .join(' ');
  }
}
