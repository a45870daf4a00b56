import { ParleyError } from '@parley/shared';
import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type { OpusCodec } from '../../../base/lib/opus-codec.ts';
import { SilenceDetector } from './silence-detector.ts';
import type { Transcription } from './transcriber.ts';

export interface DecodedTranscriptionOptions {
  readonly transcription: Transcription;
  readonly opus: OpusCodec;
  /** What was said cannot be given to the recogniser any more. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Gives speech in Opus to a recogniser that takes PCM16 alone. One packet is decoded at a time: what
 * is said, the silences in it and its end keep their order, and other calls have their turns at the
 * thread while a long utterance is replayed.
 */
export class DecodedTranscription implements Disposable {
  readonly #options: DecodedTranscriptionOptions;
  readonly #decoder: ReturnType<OpusCodec['decoder']>;
  readonly #silence = new SilenceDetector();
  #waiting: Uint8Array[] = [];
  #state: 'open' | 'finalizing' | 'over' = 'open';
  #isDecoding = false;

  constructor(options: DecodedTranscriptionOptions) {
    this.#options = options;
    this.#decoder = options.opus.decoder(SPEECH_HZ);
  }

  push({ packet }: OpusAudio): void {
    if (this.#state !== 'open') return;
    this.#waiting.push(packet);
    if (!this.#isDecoding) void this.#decode();
  }

  /** As `Transcription.finalize`, after what was pushed before. */
  finalize(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finalizing';
    if (!this.#isDecoding) void this.#decode();
  }

  [Symbol.dispose](): void {
    this.#state = 'over';
    this.#waiting = [];
    this.#decoder.close();
  }

  async #decode(): Promise<void> {
    this.#isDecoding = true;
    const { transcription, onFailed } = this.#options;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const samples = await this.#decoded(next);
        if (this.#isOver) return;
        transcription.push(samples);
        // If more waits, the person has gone on, or it is a replay.
        const isLatest = this.#waiting.length === 0;
        if (transcription.speculate === undefined) continue;
        if (this.#silence.isSpeculationDue(samples) && isLatest) transcription.speculate();
      }
      if (this.#state === 'finalizing') transcription.finalize();
    } catch (error) {
      if (!this.#isOver) onFailed(error);
    } finally {
      this.#isDecoding = false;
    }
  }

  async #decoded(packet: Uint8Array): Promise<Int16Array> {
    try {
      return await this.#decoder.push(packet);
    } catch (cause) {
      throw new ParleyError('transcriber_failed', { cause });
    }
  }

  /** A method's view of the state: it may have changed during a wait. */
  get #isOver(): boolean {
    return this.#state === 'over';
  }
}
