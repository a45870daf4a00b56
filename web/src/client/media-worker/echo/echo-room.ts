import { FRAME_SAMPLES } from '../../messages/capture-messages.ts';

const HZ = 16_000;

interface RoomFrame {
  readonly played: Float32Array<ArrayBuffer>;
  readonly person: Float32Array<ArrayBuffer>;
  readonly heard: Float32Array<ArrayBuffer>;
  readonly startMs: number;
}

/** A room for tests: our voice comes back through it, and a person speaks in it. */
export class EchoRoom {
  readonly #random: () => number;
  #path = new Float32Array(0);
  /** Of the path: what comes before is silence. */
  #delay = 0;
  #played = new Float32Array(0);
  #voice = 0;
  #person = 0;
  #at = 0;
  /** Amplitude of the person; 0 while they are silent. */
  personLevel = 0;
  /** Whether we play. */
  isPlaying = true;

  constructor({ delayMs = 70, gain = 0.25, seed = 1 }) {
    this.#random = noise(seed);
    this.#path = this.#pathOf(delayMs, gain);
  }

  /** The loudspeaker is moved, or turned up or down. */
  change({ delayMs, gain }: { readonly delayMs: number; readonly gain: number }): void {
    this.#path = this.#pathOf(delayMs, gain);
  }

  /** The next frame: what is rendered, what the person says, and what the microphone hears of both. */
  next(): RoomFrame {
    const startMs = (this.#at * 1_000) / HZ;
    const played = new Float32Array(FRAME_SAMPLES);
    const person = new Float32Array(FRAME_SAMPLES);
    for (let n = 0; n < FRAME_SAMPLES; n += 1) {
      const at = this.#at + n;
      // Coloured noise that comes in syllables is to a canceller what a voice is.
      this.#voice = 0.95 * this.#voice + this.#random();
      this.#person = 0.85 * this.#person + this.#random();
      const syllable = Math.max(0, Math.sin((at / HZ) * 19) + 0.3);
      played[n] = this.isPlaying ? this.#voice * syllable * 0.04 : 0;
      person[n] = this.#person * this.personLevel;
    }
    const path = this.#path;
    const delay = this.#delay;
    const before = this.#played.slice(-path.length);
    const all = new Float32Array(before.length + FRAME_SAMPLES);
    all.set(before);
    all.set(played, before.length);
    this.#played = all;
    const heard = Float32Array.from(person, (sample, n) => {
      let echo = 0;
      const last = Math.min(path.length - 1, before.length + n);
      for (let k = delay; k <= last; k += 1) echo += path[k]! * all[before.length + n - k]!;
      return sample + echo + this.#random() * 0.0003;
    });
    this.#at += FRAME_SAMPLES;
    return { played, person, heard, startMs };
  }

  /** Silence until the sound arrives, and then 40 ms of ever softer reflections. */
  #pathOf(delayMs: number, gain: number): Float32Array<ArrayBuffer> {
    const delay = Math.round((delayMs * HZ) / 1_000);
    this.#delay = delay;
    const path = new Float32Array(delay + 0.04 * HZ);
    path[delay] = gain;
    const reflection = noise(7);
    for (let n = 1; n < 0.04 * HZ; n += 1) {
      path[delay + n] = gain * 0.15 * reflection() * Math.exp((-6 * n) / (0.04 * HZ));
    }
    return path;
  }
}

/** −1…1, the same in each run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
