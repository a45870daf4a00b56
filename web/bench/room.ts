import type { Background } from '@parley/relay/testing';
import { PCM16_SCALE } from '@parley/shared/audio/pcm16';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';

const HZ = 16_000;
/** From the loudspeaker to the microphone, through both converters. */
const ECHO_DELAY_SAMPLES = 0.06 * HZ;
/** A soft room noise. */
const FLOOR_DB = -66;
const TAP_EVERY_SAMPLES = 0.7 * HZ;
const TAP_SAMPLES = 0.03 * HZ;

/** What the microphone of a room hears: the person, the room, and the loudspeaker. */
export class Room {
  readonly #background: Background | undefined;
  readonly #echoGain: number;
  readonly #floorGain: number;
  readonly #played = new Float32Array(HZ);
  #at = 0;
  #speech: Int16Array | undefined;
  #speechAt = 0;
  #seed = 1;

  constructor({
    background,
    echoDb,
    isSilent = false,
  }: {
    background?: Background | undefined;
    echoDb?: number | undefined;
    /** Without the noise that is else always there: what is heard does not depend on when. */
    isSilent?: boolean;
  }) {
    this.#background = background;
    this.#echoGain = echoDb === undefined ? 0 : gainOf(echoDb);
    this.#floorGain = isSilent ? 0 : gainOf(FLOOR_DB);
  }

  /** Sample that comes next, since the microphone was opened. */
  get position(): number {
    return this.#at;
  }

  /** @param at - sample at which the person begins, not in the past */
  speak(samples: Int16Array, at: number): void {
    this.#speech = samples;
    this.#speechAt = at;
  }

  /** @param output - what the loudspeaker plays meanwhile */
  hear(output: Float32Array, isReplyHeard: boolean): Float32Array<ArrayBuffer> {
    const heard = new Float32Array(FRAME_SAMPLES);
    const { sound, db = 0, isOverReply = false } = this.#background ?? {};
    const gain = isOverReply && !isReplyHeard ? 0 : gainOf(db);
    for (let index = 0; index < FRAME_SAMPLES; index += 1) {
      const at = this.#at + index;
      this.#played[at % HZ] = output[index]!;
      const echo = this.#played[(at - ECHO_DELAY_SAMPLES + HZ) % HZ]!;
      const person = (this.#speech?.[at - this.#speechAt] ?? 0) * PCM16_SCALE;
      heard[index] =
        person +
        echo * this.#echoGain +
        this.#noise() * this.#floorGain +
        this.#soundAt(sound, at) * gain;
    }
    this.#at += FRAME_SAMPLES;
    return heard;
  }

  /** With an RMS of about 1. */
  #soundAt(sound: Background['sound'] | undefined, at: number): number {
    switch (sound) {
      case undefined:
        return 0;
      case 'noise':
        return this.#noise();
      case 'music':
        return chord(at / HZ);
      case 'taps': {
        const since = at % TAP_EVERY_SAMPLES;
        return since > TAP_SAMPLES ? 0 : this.#noise() * Math.exp((-5 * since) / TAP_SAMPLES) * 4;
      }
    }
  }

  /** White, the same in each run. */
  #noise(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.#seed / 2 ** 31 - 1) * Math.sqrt(3);
  }
}

/** Three notes with overtones, another chord every half second. */
function chord(seconds: number): number {
  const root = [220, 174.6, 261.6, 196][Math.floor(seconds * 2) % 4]!;
  const envelope = Math.exp(-3 * (seconds % 0.5)) * 1.4;
  let sum = 0;
  for (const ratio of [1, 1.26, 1.5]) {
    for (const overtone of [1, 2, 3]) {
      sum += Math.sin(2 * Math.PI * root * ratio * overtone * seconds) / overtone;
    }
  }
  return sum * envelope * 0.7;
}

function gainOf(db: number): number {
  return 10 ** (db / 20);
}
