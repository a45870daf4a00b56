import { toPcm16 } from '@parley/shared/audio/pcm16';
import { mixDown, type WavFormat } from '@parley/shared/audio/wav-reader';
import { PcmReader } from './pcm-reader.ts';

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
