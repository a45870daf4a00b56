import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/base/lib/clock.ts';
import type { Languages } from '../../src/call/stages/languages.ts';
import type {
  Transcriber,
  Transcription,
  TranscriptionOptions,
  TranscriptEvent,
} from '../../src/call/stages/transcriber/transcriber.ts';
import { perform, type Step } from './script.ts';

export interface ScriptedTranscriberOptions {
  readonly clock: Clock;
  /** If there is more than one. */
  readonly name?: string;
  readonly languages?: Languages;
  /** What comes once the utterance is finalized; asked per utterance. */
  readonly onFinal?: (audio: Int16Array) => Iterable<Step<TranscriptEvent>>;
  /** What comes before that. */
  readonly whileSpeaking?: Iterable<Step<TranscriptEvent>>;
  readonly ignoresAbort?: boolean;
  /** Replaces the whole of `open`. */
  readonly open?: Transcriber['open'];
  /** Thrown by every `push`. */
  readonly pushError?: Error;
}

/**
 * A transcriber that hears exactly what it was given: without a script its final words are
 * `transcriptOf` the audio, which proves that no sample was lost, doubled or moved.
 */
export class ScriptedTranscriber implements Transcriber {
  readonly name: string;
  readonly languages: Languages;
  /** The languages that were asked for. */
  readonly asked: string[] = [];
  readonly #options: ScriptedTranscriberOptions;
  openStreams = 0;

  constructor(options: ScriptedTranscriberOptions) {
    this.#options = options;
    this.name = options.name ?? 'scripted-transcriber';
    this.languages = options.languages;
  }

  async open(options: TranscriptionOptions): Promise<Transcription> {
    this.asked.push(options.language);
    if (this.#options.open !== undefined) return this.#options.open(options);
    const { signal } = options;
    const pieces: Int16Array[] = [];
    const { promise: finalized, resolve: finalize } = Promise.withResolvers<void>();
    this.openStreams++;
    signal.addEventListener('abort', () => {
      this.openStreams--;
      if (this.#options.ignoresAbort !== true) finalize();
    });
    const { pushError } = this.#options;
    return {
      push(samples) {
        if (pushError !== undefined) throw pushError;
        pieces.push(samples.slice());
      },
      finalize,
      events: this.#events(pieces, finalized, signal),
    };
  }

  async *#events(pieces: Int16Array[], finalized: Promise<void>, signal: AbortSignal) {
    const { onFinal = hearItself, whileSpeaking = [] } = this.#options;
    yield* perform(whileSpeaking, { ...this.#options, signal });
    await finalized;
    yield* perform(onFinal(joinPcm16(pieces)), { ...this.#options, signal });
  }
}

/** e.g. `4800 samples 1f9a2b3c`. */
export function transcriptOf(audio: Int16Array): string {
  const bytes = new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return `${audio.length} samples ${digest}`;
}

export { joinPcm16 as joined };

export function finalWords(text: string, unrecognised = false): Step<TranscriptEvent> {
  return { give: { type: 'transcript-final', text, unrecognised } };
}

function hearItself(audio: Int16Array): Step<TranscriptEvent>[] {
  return [finalWords(audio.length === 0 ? '' : transcriptOf(audio))];
}
