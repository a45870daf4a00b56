import { opusDurationMs } from '@parley/shared/audio/opus-packet';
import {
  Application,
  createDecoder,
  createEncoder,
  isOpusError,
  Signal,
  type OpusDecoderHandle,
  type OpusEncoderHandle,
  type SampleRate,
} from 'libopus-wasm';

const FRAME_MS = 20;
const MAX_PACKET_MS = 120;
/** Half the library's; speech sounds the same at these bit rates, for half the time. */
const COMPLEXITY = 5;
/** What the encoder adds before the first sample. */
const LOOKAHEAD_MS = 6.5;
/**
 * The codec makes of digital silence, which phones send between words, a few samples a frame of the
 * last bit. The built-in recogniser takes so regular a ticking for a sound, and refuses the sentence.
 */
const RESIDUE = 1;

/** One stream of packets in, PCM16 mono out. */
export class OpusDecoder {
  readonly #handle: OpusDecoderHandle;
  readonly #samplesPerMs: number;
  /** The encoder's look-ahead, of which nothing is handed out. */
  #toSkip: number;

  private constructor(handle: OpusDecoderHandle) {
    this.#handle = handle;
    this.#samplesPerMs = handle.sampleRate / 1_000;
    this.#toSkip = Math.round(LOOKAHEAD_MS * this.#samplesPerMs);
  }

  /** @param rateHz - 8,000, 12,000, 16,000, 24,000 or 48,000 */
  static async create(rateHz: number): Promise<OpusDecoder> {
    const maxFrameSize = (rateHz * MAX_PACKET_MS) / 1_000;
    return new OpusDecoder(
      await createDecoder({ channels: 1, sampleRate: rateHz as SampleRate, maxFrameSize }),
    );
  }

  /** The next packets. What cannot be decoded is concealed for as long as it claims to last. */
  decode(packets: readonly Uint8Array[]): Int16Array<ArrayBuffer> {
    const pieces = packets.map((packet) => this.#decoded(packet));
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const samples = new Int16Array(length);
    let at = 0;
    for (const piece of pieces) {
      samples.set(piece, at);
      at += piece.length;
    }
    const skipped = Math.min(this.#toSkip, length);
    this.#toSkip -= skipped;
    return skipped === 0 ? samples : samples.slice(skipped);
  }

  free(): void {
    this.#handle.free();
  }

  /** Frames that hold nothing but the residue of digital silence are silent. */
  #silenced(samples: Int16Array): Int16Array {
    const length = FRAME_MS * this.#samplesPerMs;
    for (let from = 0; from < samples.length; from += length) {
      const frame = samples.subarray(from, from + length);
      if (frame.every((sample) => Math.abs(sample) <= RESIDUE)) frame.fill(0);
    }
    return samples;
  }

  #decoded(packet: Uint8Array): Int16Array {
    try {
      return this.#silenced(this.#handle.decode(packet));
    } catch (error) {
      if (!isOpusError(error)) throw error;
      const samples = (opusDurationMs(packet) ?? 0) * this.#samplesPerMs;
      return samples === 0 ? new Int16Array() : this.#handle.decodePacketLoss(samples);
    }
  }
}

/** PCM16 mono in, packets of 20 ms out. */
export class OpusEncoder {
  readonly #rateHz: number;
  readonly #frame: Int16Array;
  readonly #handle: OpusEncoderHandle;
  #filled = 0;

  private constructor(handle: OpusEncoderHandle, rateHz: number) {
    this.#handle = handle;
    this.#rateHz = rateHz;
    this.#frame = new Int16Array((rateHz * FRAME_MS) / 1_000);
  }

  /** @param rateHz - 8,000, 12,000, 16,000, 24,000 or 48,000 @param bitrate - bit/s */
  static async create(rateHz: number, bitrate: number): Promise<OpusEncoder> {
    return new OpusEncoder(await speechEncoder(rateHz, bitrate), rateHz);
  }

  /** @param isLast - what is left of a frame is filled with silence; the look-ahead is sent, too */
  encode(samples: Int16Array, isLast: boolean): readonly Uint8Array<ArrayBuffer>[] {
    const packets: Uint8Array<ArrayBuffer>[] = [];
    this.#push(samples, packets);
    if (!isLast) return packets;
    this.#push(new Int16Array(Math.ceil((LOOKAHEAD_MS * this.#rateHz) / 1_000)), packets);
    const missing = this.#filled === 0 ? 0 : this.#frame.length - this.#filled;
    this.#push(new Int16Array(missing), packets);
    return packets;
  }

  free(): void {
    this.#handle.free();
  }

  #push(samples: Int16Array, packets: Uint8Array<ArrayBuffer>[]): void {
    for (let taken = 0; taken < samples.length;) {
      const count = Math.min(samples.length - taken, this.#frame.length - this.#filled);
      this.#frame.set(samples.subarray(taken, taken + count), this.#filled);
      taken += count;
      this.#filled += count;
      if (this.#filled < this.#frame.length) continue;
      this.#filled = 0;
      packets.push(new Uint8Array(this.#handle.encode(this.#frame)));
    }
  }
}

function speechEncoder(rateHz: number, bitrate: number): Promise<OpusEncoderHandle> {
  return createEncoder({
    channels: 1,
    sampleRate: rateHz as SampleRate,
    application: Application.Voip,
    signal: Signal.Voice,
    frameSize: (rateHz * FRAME_MS) / 1_000,
    complexity: COMPLEXITY,
    bitrate,
  });
}
