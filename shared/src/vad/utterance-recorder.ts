import { SPEECH_SAMPLES_PER_MS } from '../audio/pcm16.ts';
import { UPLINK_CHUNK_SAMPLES } from '../protocol/audio-frame.ts';

/** A stretch of microphone in PCM16 at 16 kHz, and when it was captured. */
export interface RecordedFrame {
  readonly samples: Int16Array;
  /** When its first sample was captured, ms. */
  readonly startMs: number;
}

export interface UtteranceChunk {
  /** `UPLINK_CHUNK_SAMPLES` samples, fewer only in the last chunk. */
  readonly samples: Int16Array;
  readonly startMs: number;
  readonly last: boolean;
}

/**
 * Cuts what is said into chunks for the relay.
 *
 * Keeps the last moments, so that an utterance can begin before it was recognised as one. Audio is
 * sent twice only if the relay ended the turn before it came, because the relay then ignored it.
 */
export class UtteranceRecorder {
  readonly #historyMs: number;
  readonly #emit: (chunk: UtteranceChunk) => void;
  #history: RecordedFrame[] = [];
  #open = false;
  #pending = new Int16Array(UPLINK_CHUNK_SAMPLES);
  #pendingLength = 0;
  #pendingStartMs = 0;
  #sentUpToMs = Number.NEGATIVE_INFINITY;
  /** Nothing earlier belongs to the next utterance. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** What is kept beyond `historyMs`. */
  #keepFromMs = Number.POSITIVE_INFINITY;

  /** @param historyMs how far back `begin` can reach */
  constructor(historyMs: number, emit: (chunk: UtteranceChunk) => void) {
    this.#historyMs = historyMs;
    this.#emit = emit;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  push(frame: RecordedFrame): void {
    this.#history.push(frame);
    const keepFromMs = Math.min(endOf(frame) - this.#historyMs, this.#keepFromMs);
    while (this.#history.length > 0 && endOf(this.#history[0]!) <= keepFromMs)
      this.#history.shift();
    if (this.#open) this.#append(frame);
  }

  /** Audio from `fromMs` on may be needed again until the open utterance is over. */
  keepFrom(fromMs: number): void {
    this.#keepFromMs = Math.min(this.#keepFromMs, fromMs);
  }

  /** Opens an utterance with what was captured from `fromMs` on. */
  begin(fromMs: number): void {
    this.#open = true;
    this.#keepFromMs = Number.POSITIVE_INFINITY;
    const startMs = Math.max(fromMs, this.#notBeforeMs);
    for (const frame of this.#history) {
      const skip = Math.max(0, Math.round((startMs - frame.startMs) * SPEECH_SAMPLES_PER_MS));
      if (skip >= frame.samples.length) continue;
      this.#append({
        samples: frame.samples.subarray(skip),
        startMs: frame.startMs + skip / SPEECH_SAMPLES_PER_MS,
      });
    }
  }

  /** Closes the utterance: its last chunk is short, and empty if nothing was left over. */
  end(): void {
    if (!this.#open) return;
    this.#close(this.#sentUpToMs);
    this.#emitPending(true);
  }

  /** Closes the utterance without another chunk: the relay took none of it after `speechEndMs`. */
  abandon(speechEndMs: number): void {
    if (!this.#open) return;
    this.#close(speechEndMs);
    this.#pendingLength = 0;
  }

  /** Forgets the silence that was kept: what was captured before must not be sent. */
  forget(): void {
    this.#history = [];
  }

  #close(notBeforeMs: number): void {
    this.#open = false;
    this.#keepFromMs = Number.POSITIVE_INFINITY;
    this.#notBeforeMs = notBeforeMs;
  }

  #append(frame: RecordedFrame): void {
    let from = 0;
    while (from < frame.samples.length) {
      if (this.#pendingLength === 0) {
        this.#pendingStartMs = frame.startMs + from / SPEECH_SAMPLES_PER_MS;
      }
      const count = Math.min(
        UPLINK_CHUNK_SAMPLES - this.#pendingLength,
        frame.samples.length - from,
      );
      this.#pending.set(frame.samples.subarray(from, from + count), this.#pendingLength);
      this.#pendingLength += count;
      from += count;
      if (this.#pendingLength === UPLINK_CHUNK_SAMPLES) this.#emitPending(false);
    }
    this.#sentUpToMs = endOf(frame);
    // If the last chunk was filled to the brim, an empty end mark is dated here.
    if (this.#pendingLength === 0) this.#pendingStartMs = this.#sentUpToMs;
  }

  #emitPending(last: boolean): void {
    const samples = this.#pending.slice(0, this.#pendingLength);
    this.#pendingLength = 0;
    this.#emit({ samples, startMs: this.#pendingStartMs, last });
  }
}

function endOf(frame: RecordedFrame): number {
  return frame.startMs + frame.samples.length / SPEECH_SAMPLES_PER_MS;
}
