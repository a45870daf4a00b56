import { rmsOf } from '@parley/shared/audio/level';

/**
 * Turns a room down while its person is silent.
 *
 * What the recogniser takes for silence is nearly that: the noise before, behind and between words
 * fits the loop that refuses other speech better than any sentence, and costs more sentences than
 * the noise under the words does. Speech opens the gate from a little before it until a little
 * after it, so that soft consonants are kept.
 */

const FRAME_SAMPLES = 320;
/** What stays open on both sides of speech: 60 ms. More lets in noise, less cuts off an "f". */
const FRAMES_BEFORE = 3;
const FRAMES_AFTER = 3;
const CLOSED_GAIN = 0.01;
/** What is louder is speech: 10 dB below its loudest so far, at 10 to 18 dB above the noise. */
const SPEECH = { belowLoudest: 0.3, leastAboveNoise: 3, mostAboveNoise: 8 } as const;

export class NoiseGate {
  readonly #speechRms: number;
  /** Samples that are not decided yet, and how many of their frames were looked at. */
  #waiting = new Int16Array(0);
  #seenFrames = 0;
  /** Frames from the first that waits on that the gate is open for. */
  #openFrames = 0;
  #gain = CLOSED_GAIN;

  /** Both of 20 ms, on the scale of PCM16. */
  constructor({
    noiseRms,
    loudestRms,
  }: {
    readonly noiseRms: number;
    readonly loudestRms: number;
  }) {
    this.#speechRms = Math.min(
      SPEECH.mostAboveNoise * noiseRms,
      Math.max(SPEECH.leastAboveNoise * noiseRms, SPEECH.belowLoudest * loudestRms),
    );
  }

  /**
   * @param samples PCM16 at 16 kHz
   * @returns what is decided, 60 to 80 ms later than it came in
   */
  push(samples: Int16Array): Int16Array {
    const all = new Int16Array(this.#waiting.length + samples.length);
    all.set(this.#waiting);
    all.set(samples, this.#waiting.length);
    let released = 0;
    let frame = this.#seenFrames;
    for (; (frame + 1) * FRAME_SAMPLES <= all.length; frame += 1) {
      if (rmsOf(frameAt(all, frame)) >= this.#speechRms) {
        this.#openFrames = FRAMES_BEFORE + 1 + FRAMES_AFTER;
      }
      if (frame < FRAMES_BEFORE) continue;
      this.#release(frameAt(all, released));
      released += 1;
    }
    this.#seenFrames = frame - released;
    this.#waiting = all.slice(released * FRAME_SAMPLES);
    return all.subarray(0, released * FRAME_SAMPLES);
  }

  /** What still waits, at the end of the utterance. */
  flush(): Int16Array {
    const rest = this.#waiting;
    for (let frame = 0; frame * FRAME_SAMPLES < rest.length; frame += 1) {
      this.#release(frameAt(rest, frame));
    }
    this.#waiting = new Int16Array(0);
    this.#seenFrames = 0;
    return rest;
  }

  /** Fades from the gain of the frame before: a sudden one clicks. */
  #release(frame: Int16Array): void {
    const target = this.#openFrames > 0 ? 1 : CLOSED_GAIN;
    this.#openFrames = Math.max(0, this.#openFrames - 1);
    const step = (target - this.#gain) / FRAME_SAMPLES;
    for (let at = 0; at < frame.length; at += 1) frame[at]! *= this.#gain + step * at;
    this.#gain = target;
  }
}

function frameAt(samples: Int16Array, frame: number): Int16Array {
  return samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES);
}
