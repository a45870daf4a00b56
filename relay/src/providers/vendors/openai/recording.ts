import { joinPcm16 } from '@parley/shared/audio/pcm16';

/** 20 ms at 16 kHz. */
const FRAME_SAMPLES = 320;
/** How far below the loudest frame of an utterance nothing of it is a word any more: 20 dB. */
const QUIET_SHARE = 0.1;
/** RMS of a frame that is silence in any case. */
const SILENCE_RMS = 40;

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
    // What is too short to fill a frame yet is too short for a word as well.
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
