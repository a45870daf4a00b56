import { UPLINK_CHUNK_SAMPLES, type AudioCodec } from '@parley/shared';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';

const CHUNK_MS = 100;
/** A packet of 20 kbit/s, and how one of five frames of 20 ms begins (RFC 6716 §3.2.5). */
const PACKET_BYTES = 250;
const PACKET_HEAD = [75, 0x85];

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

/** Where the mark is, bytes into the audio. */
export const MARK_OFFSET: Readonly<Record<AudioCodec, number>> = {
  pcm16: 0,
  opus: PACKET_HEAD.length,
};

/**
 * 100 ms of noise with a mark at its beginning, by which the receiver knows the chunk. All chunks use
 * the same memory. In Opus the noise is no sound: nothing decodes it.
 */
export class MarkedChunk {
  readonly #audio: SpeechAudio;
  readonly #view: DataView;

  constructor(codec: AudioCodec) {
    const count = codec === 'opus' ? PACKET_BYTES / 2 : UPLINK_CHUNK_SAMPLES;
    const samples = Int16Array.from({ length: count }, noise);
    const packet = new Uint8Array(samples.buffer);
    if (codec === 'opus') packet.set(PACKET_HEAD);
    this.#audio = codec === 'opus' ? { packet, durationMs: CHUNK_MS } : samples;
    this.#view = new DataView(samples.buffer, MARK_OFFSET[codec], MARK_BYTES);
  }

  mark({ session, index, sentMs }: Mark): SpeechAudio {
    this.#view.setUint32(0, session, true);
    this.#view.setUint32(4, index, true);
    this.#view.setFloat64(8, sentMs, true);
    return this.#audio;
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
