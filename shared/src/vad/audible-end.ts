/** Peaks are kept of so many samples: 2 ms at 16 kHz. */
const WINDOW_SAMPLES = 32;
const WINDOW_MS = 2;
/** What is kept: the longest pause that ends a turn, and the speech before it. */
const KEPT_WINDOWS = 2_400;
/** The span before the detector's end from which the level of the speech is taken. */
const SPEECH_WINDOWS = 1_000;
/** Speech that is 34 dB below its own peak is no longer heard as speech. */
const AUDIBLE_SHARE = 0.02;
/** Above the peaks of steady noise, which vary by a factor of two. */
const ABOVE_NOISE = 4;
/** Speech that does not stand out from the noise by so much has no end that could be found. */
const LEAST_CONTRAST = 4;
/** How far before the detector's end the true one is looked for. */
const SEARCH_WINDOWS = 300;
/** The closure before a plosive, and the longest pause between two words, of which the detector may miss the second. */
const CLOSURE_WINDOWS = 100;
const WORD_GAP_WINDOWS = 175;
/** After a longer gap a shorter sound is a click. */
const WORD_WINDOWS = 20;
/** Frames that are further apart were not heard one after the other: the microphone was muted. */
const LONGEST_GAP_MS = 200;

/**
 * Where speech was last heard, found in its samples: the last of them above the noise and within
 * 34 dB of the loudest.
 *
 * The detector's end does not show it: it lags by 60 to 110 ms, and it may miss a last short word.
 */
export class AudibleEnd {
  /** Peaks of the latest windows, a ring. */
  readonly #peaks = new Float32Array(KEPT_WINDOWS);
  /** Windows since the beginning. */
  #count = 0;
  /** End of the latest window, ms on the clock of `push`. */
  #endMs = 0;

  /** @param startMs - when the first sample was captured */
  push(samples: Float32Array, startMs: number): void {
    if (Math.abs(startMs - this.#endMs) > LONGEST_GAP_MS) this.#count = 0;
    for (let from = 0; from < samples.length; from += WINDOW_SAMPLES) {
      let peak = 0;
      const until = Math.min(samples.length, from + WINDOW_SAMPLES);
      for (let n = from; n < until; n += 1) peak = Math.max(peak, Math.abs(samples[n]!));
      this.#peaks[this.#count % KEPT_WINDOWS] = peak;
      this.#count += 1;
    }
    this.#endMs = startMs + (samples.length * WINDOW_MS) / WINDOW_SAMPLES;
  }

  /**
   * @param detectedMs - end of the detector's last frame of speech
   * @returns undefined if nothing stands out there, or it lies too far back
   */
  near(detectedMs: number): number | undefined {
    const kept = Math.min(this.#count, KEPT_WINDOWS);
    // Windows are counted from the oldest that is kept.
    const detected = kept - Math.round((this.#endMs - detectedMs) / WINDOW_MS);
    if (detected <= 0 || detected > kept) return undefined;
    const first = this.#count - kept;
    const peakAt = (window: number) => this.#peaks[(first + window) % KEPT_WINDOWS]!;
    const peaks = Float32Array.from({ length: kept }, (_, window) => peakAt(window));
    const loudest = maximum(peaks.subarray(Math.max(0, detected - SPEECH_WINDOWS), detected));
    const noise = peaks.toSorted()[Math.floor(kept / 10)]!;
    const threshold = Math.max(loudest * AUDIBLE_SHARE, noise * ABOVE_NOISE);
    if (threshold * LEAST_CONTRAST > loudest) return undefined;
    const searched = peaks.subarray(Math.max(0, detected - SEARCH_WINDOWS), detected);
    const found = searched.findLastIndex((peak) => peak >= threshold);
    if (found < 0) return undefined;
    const last = lastOfSpeech(peaks, detected - searched.length + found, threshold);
    return this.#endMs - (kept - 1 - last) * WINDOW_MS;
  }
}

/** Goes on over the gaps within speech. */
function lastOfSpeech(peaks: Float32Array, from: number, threshold: number): number {
  let last = from;
  for (let n = from + 1; n < peaks.length && n - last <= WORD_GAP_WINDOWS; n += 1) {
    if (peaks[n]! < threshold) continue;
    const isNear = n - last <= CLOSURE_WINDOWS;
    if (isNear || isWord(peaks.subarray(n, n + WORD_WINDOWS), threshold)) last = n;
  }
  return last;
}

function isWord(peaks: Float32Array, threshold: number): boolean {
  return peaks.filter((peak) => peak >= threshold).length > WORD_WINDOWS / 2;
}

function maximum(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
