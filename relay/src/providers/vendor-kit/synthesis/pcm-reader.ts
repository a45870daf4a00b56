import { toPcm16 } from '@parley/shared/audio/pcm16';
import { mixDown, type WavFormat } from '@parley/shared/audio/wav-reader';
/**
 * Makes samples of PCM16 that arrives cut anywhere: at odd addresses, or in the middle of a sample,
 * whose first byte waits for the second.
 */
export class PcmReader {
  #carried: number | undefined;

  /** Whether the audio would end in the middle of a sample if it ended now. */
  get hasHalfSample(): boolean {
    return this.#carried !== undefined;
  }

  /**
   * @returns the samples that are whole by now, little-endian as they came; without a copy if the
   *   bytes lie on an even address and nothing is carried over
   */
  read(bytes: Uint8Array): Int16Array {
    if (bytes.length === 0) return new Int16Array(0);
    const carried = this.#carried;
    const from = carried === undefined ? 0 : 1;
    const count = (bytes.length + from) >> 1;
    this.#carried = count * 2 === bytes.length + from ? undefined : bytes.at(-1);
    if (carried === undefined && bytes.byteOffset % 2 === 0) {
      return new Int16Array(bytes.buffer, bytes.byteOffset, count);
    }
    const copy = new Uint8Array(count * 2);
    if (carried !== undefined) copy[0] = carried;
    copy.set(bytes.subarray(0, count * 2 - from), from);
    return new Int16Array(copy.buffer);
  }
}

/** Makes PCM16 mono of samples that arrive cut anywhere. */
export interface SampleReader {
  /** Whether the audio would end in the middle of a sample if it ended now. */
  readonly hasHalfSample: boolean;
  /** @returns the samples that are whole by now */
  read(bytes: Uint8Array): Int16Array;
}

/** @param format - what the samples are like as they arrive */
export function sampleReaderFor(format: WavFormat): SampleReader {
  const isPcm16 = format.encoding === 'integer' && format.bytesPerSample === 2;
  return isPcm16 && format.channels === 1 ? new PcmReader() : new FrameReader(format);
}

/** Mixes all channels down to one, and converts every kind of sample to 16 bits. */
class FrameReader implements SampleReader {
  readonly #format: WavFormat;
  /** The beginning of a frame whose end has not come yet. */
  #carried = new Uint8Array(0);

  constructor(format: WavFormat) {
    this.#format = format;
  }

  get hasHalfSample(): boolean {
    return this.#carried.length > 0;
  }

  read(bytes: Uint8Array): Int16Array {
    const all = new Uint8Array(this.#carried.length + bytes.length);
    all.set(this.#carried);
    all.set(bytes, this.#carried.length);
    const wholeBytes = all.length - (all.length % this.#format.frameBytes);
    this.#carried = all.slice(wholeBytes);
    return toPcm16(mixDown(new DataView(all.buffer, 0, wholeBytes), this.#format));
  }
}
