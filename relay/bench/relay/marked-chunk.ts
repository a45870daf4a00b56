import { UPLINK_CHUNK_SAMPLES } from '@parley/shared';

/** Bytes of the mark at the beginning of a chunk's audio. */
const MARK_BYTES = 16;

export interface Mark {
  readonly session: number;
  /** Counts from 0 within a session. */
  readonly index: number;
  /** When it was sent, `nowMs`. */
  readonly sentMs: number;
}

/** Monotonic, and the same in all processes of this machine. */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/**
 * 100 ms of noise with a mark in its first samples, by which the receiver knows the chunk. All
 * chunks use the same memory.
 */
export class MarkedChunk {
  readonly samples = Int16Array.from({ length: UPLINK_CHUNK_SAMPLES }, noise);
  readonly #view = new DataView(this.samples.buffer, 0, MARK_BYTES);

  mark({ session, index, sentMs }: Mark): Int16Array {
    this.#view.setUint32(0, session, true);
    this.#view.setUint32(4, index, true);
    this.#view.setFloat64(8, sentMs, true);
    return this.samples;
  }
}

/** @param offset - where the audio begins in the message, bytes */
export function readMark(message: Buffer, offset: number): Mark {
  return {
    session: message.readUInt32LE(offset),
    index: message.readUInt32LE(offset + 4),
    sentMs: message.readDoubleLE(offset + 8),
  };
}

/** The same each time: a linear congruential generator (Numerical Recipes §7.1). */
let state = 1;
function noise(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state >> 18;
}
