import { ProviderError } from '../../../call/stages/provider-error.ts';
import type {
  TranscriptEvent,
  Transcription,
} from '../../../call/stages/transcriber/transcriber.ts';
import { TranscriptQueue } from '../../vendor-kit/transcription/transcript-queue.ts';
import { joinPcm16, SPEECH_HZ } from '@parley/shared/audio/pcm16';

/** 20 ms at 16 kHz. */
const FRAME_SAMPLES = 320;

/** How far below the loudest frame of an utterance nothing of it is a word any more: 20 dB. */
const QUIET_SHARE = 0.1;

/** RMS of a frame that is silence in any case. */
const SILENCE_RMS = 40;

/** The API refuses less, and it holds no word. */
const MIN_SAMPLES = SPEECH_HZ / 10;
/** Ten minutes; 19 MB, under the API's limit of 25 MB a file. */
const MAX_SAMPLES = SPEECH_HZ * 600;

/**
 * Has audio transcribed as a whole.
 *
 * @param on.sent - called when the recording has left
 * @param on.words - called with the words so far as they become known
 */
export type Upload = (
  samples: Int16Array,
  signal: AbortSignal,
  on: { readonly sent: () => void; readonly words: (text: string) => void },
) => Promise<string>;

/**
 * Called once for each upload that has left and was not refused, when it is over.
 *
 * @param isEarly - it began before the utterance was over
 */
export type OnUploaded = (audioMs: number, isEarly: boolean) => void;

interface Transcript {
  /** How much of the recording it covers, samples. */
  readonly covers: number;
  readonly text: Promise<string>;
  readonly abort: AbortController;
}

/** One utterance for a recogniser that takes whole recordings. */
export class SegmentUtterance implements Transcription {
  readonly #provider: string;
  readonly #upload: Upload;
  readonly #onUploaded: OnUploaded;
  readonly #recording = new Recording();
  readonly #events: TranscriptQueue;
  #isFinalizing = false;
  #early: Transcript | undefined;

  constructor(
    provider: string,
    upload: Upload,
    signal: AbortSignal,
    onUploaded: OnUploaded = () => {},
  ) {
    this.#provider = provider;
    this.#upload = upload;
    this.#onUploaded = onUploaded;
    this.#events = new TranscriptQueue(signal, () => {
      this.#early?.abort.abort();
      this.#early?.text.catch(() => {});
    });
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  push(samples: Int16Array): void {
    if (!this.#isListening || samples.length === 0) return;
    if (this.#recording.length + samples.length > MAX_SAMPLES) {
      const { provider, stage } = { provider: this.#provider, stage: 'transcriber' as const };
      this.#events.fail(
        new ProviderError({ provider, stage, fault: 'overloaded', note: 'too long' }),
      );
      return;
    }
    this.#recording.push(samples);
  }

  /** Has what is here transcribed already; silence that follows does not make it wrong. */
  speculate(): void {
    if (!this.#isListening || this.#recording.length < MIN_SAMPLES) return;
    if (this.#isCovered()) return;
    this.#early?.abort.abort();
    const early = this.#transcribe();
    this.#early = early;
    early.text.catch(() => {
      // The utterance is not over, so there is time to try again.
      if (this.#early === early && this.#isListening) this.#early = undefined;
    });
  }

  finalize(): void {
    if (!this.#isListening) return;
    this.#isFinalizing = true;
    if (this.#recording.length < MIN_SAMPLES) {
      this.#events.final('');
      return;
    }
    if (!this.#isCovered()) {
      this.#early?.abort.abort();
      this.#early = this.#transcribe();
    }
    this.#early!.text.then(
      (text) => this.#events.final(text.trim()),
      (error) => this.#events.fail(error),
    );
  }

  get #isListening(): boolean {
    return !this.#isFinalizing && !this.#events.isOver;
  }

  #isCovered(): boolean {
    return this.#early !== undefined && !this.#recording.hasSpeechAfter(this.#early.covers);
  }

  #transcribe(): Transcript {
    const abort = new AbortController();
    const words = (text: string) => {
      if (abort.signal.aborted || text === '') return;
      this.#events.push({ type: 'transcript-partial', text });
    };
    const isEarly = !this.#isFinalizing;
    const covers = this.#recording.length;
    let isSent = false;
    const sent = () => {
      isSent = true;
    };
    let isOver = false;
    const over = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      const isRefused = error instanceof ProviderError && error.isRefusal;
      if (isSent && !isRefused) this.#onUploaded(Math.ceil((covers * 1_000) / SPEECH_HZ), isEarly);
    };
    // In the moment of the abort: after it the turn may be over.
    abort.signal.addEventListener('abort', () => over(), { once: true });
    const text = this.#upload(this.#recording.samples(), abort.signal, { sent, words });
    text.then(() => over(), over);
    return { covers, text, abort };
  }
}

/** The audio of one utterance so far, PCM16 mono at 16 kHz, and how loud each frame of it is. */
export class Recording {
  readonly #chunks: Int16Array[] = [];
  readonly #frameRms: number[] = [];
  #length = 0;
  #energy = 0;
  #inFrame = 0;

  /** In samples. */
  get length(): number {
    return this.#length;
  }

  /** Copies the samples. */
  push(samples: Int16Array): void {
    this.#chunks.push(samples.slice());
    this.#length += samples.length;
    for (const sample of samples) {
      this.#energy += sample * sample;
      this.#inFrame += 1;
      if (this.#inFrame === FRAME_SAMPLES) this.#endFrame();
    }
  }

  /** Whether there is anything after the first `position` samples that may be a word. */
  hasSpeechAfter(position: number): boolean {
    const loudest = this.#frameRms.reduce((most, rms) => Math.max(most, rms), 0);
    const quiet = Math.max(SILENCE_RMS, loudest * QUIET_SHARE);
    const first = Math.ceil(position / FRAME_SAMPLES);
    // Audio too short to fill a frame yet is too short for a word as well.
    return this.#frameRms.slice(first).some((rms) => rms > quiet);
  }

  /** Everything so far, as one piece. */
  samples(): Int16Array {
    return joinPcm16(this.#chunks);
  }

  #endFrame(): void {
    this.#frameRms.push(Math.sqrt(this.#energy / FRAME_SAMPLES));
    this.#energy = 0;
    this.#inFrame = 0;
  }
}
