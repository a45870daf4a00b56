/** What a WAV file holds, mixed down to one channel. */
export interface WavAudio {
  readonly sampleRateHz: number;
  /** The mean of all channels, −1 to 1 (floating-point files may go beyond). */
  readonly samples: Float32Array;
}

/** A sentence about the file, to follow its name. */
export class WavError extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = 'WavError';
  }
}

export interface WavFormat {
  readonly encoding: 'integer' | 'float';
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bytesPerSample: number;
  /** Bytes of one sample of every channel. */
  readonly frameBytes: number;
}

/** What the chunks that were read so far say. */
export interface WavHeader {
  readonly format: WavFormat | undefined;
  /** Where the samples lie, bytes; of infinite length if the file does not know it. */
  readonly data: { readonly at: number; readonly length: number } | undefined;
}

/** Registered wave format numbers (RFC 2361, and `mmreg.h` for the last). */
const WAVE_FORMAT_PCM = 1;
const WAVE_FORMAT_IEEE_FLOAT = 3;
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;

/**
 * Reads a RIFF WAVE file: 8-, 16-, 24- or 32-bit integers or 32- or 64-bit floats, any number of
 * channels, any sample rate.
 *
 * Tolerant of what programs are known to do carelessly: chunks in any order and of any kind, sizes
 * that were never filled in because the file was streamed, a file that was cut short.
 *
 * @throws WavError
 */
export function readWav(bytes: Uint8Array): WavAudio {
  if (bytes.byteLength === 0) throw new WavError('is empty');
  const { format, data } = readWavHeader(bytes);
  if (format === undefined) throw new WavError('is a WAV file without a format');
  const length = Math.min(data?.length ?? 0, bytes.byteLength - (data?.at ?? 0));
  if (data === undefined || length < format.frameBytes) {
    throw new WavError('is a WAV file without any sound');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + data.at, length);
  return { sampleRateHz: format.sampleRateHz, samples: mixDown(view, format) };
}

/**
 * Reads chunks up to the samples, or as far as there are bytes.
 *
 * @throws WavError
 */
export function readWavHeader(bytes: Uint8Array): WavHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') throw new WavError('is not a WAV file');
  let format: WavHeader['format'];
  let data: WavHeader['data'];
  for (let at = 12; at + 8 <= view.byteLength;) {
    const name = tag(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') {
      if (start + size > view.byteLength) break;
      format = readFormat(view, start, size);
    }
    if (name === 'data') {
      // A program that streams writes 0 or the largest number; what follows is then all there is.
      const isKnown = size > 0 && size < 0x7fff_ffff;
      data = { at: start, length: isKnown ? size : Number.POSITIVE_INFINITY };
    }
    if (format !== undefined && data !== undefined) break;
    // Chunks begin on even addresses.
    at = start + size + (size % 2);
  }
  return { format, data };
}

function readFormat(view: DataView, at: number, size: number): WavFormat {
  if (size < 16) throw new WavError('is a WAV file with a damaged format');
  let code = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRateHz = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  // The real format is then the first two bytes of the sub-format's GUID.
  if (code === WAVE_FORMAT_EXTENSIBLE && size >= 26) code = view.getUint16(at + 24, true);
  const isInteger = code === WAVE_FORMAT_PCM && [8, 16, 24, 32].includes(bits);
  const isFloat = code === WAVE_FORMAT_IEEE_FLOAT && [32, 64].includes(bits);
  if (!isInteger && !isFloat) {
    throw new WavError(
      `is a WAV file of a kind that is not understood (format ${code}, ${bits} bits); ` +
        'uncompressed PCM or floating point is',
    );
  }
  if (channels === 0 || sampleRateHz < 1_000 || sampleRateHz > 768_000) {
    throw new WavError('is a WAV file with a damaged format');
  }
  const bytesPerSample = bits / 8;
  return {
    encoding: isInteger ? 'integer' : 'float',
    channels,
    sampleRateHz,
    bytesPerSample,
    frameBytes: bytesPerSample * channels,
  };
}

/**
 * The mean of all channels.
 *
 * @param data - interleaved samples; what is left over beyond whole frames is ignored
 * @returns −1 to 1 (floating-point samples may go beyond, and a NaN is 0)
 */
export function mixDown(data: DataView, format: WavFormat): Float32Array {
  const { channels, bytesPerSample, frameBytes } = format;
  const read = sampleReader(data, format);
  const samples = new Float32Array(Math.floor(data.byteLength / frameBytes));
  for (let index = 0; index < samples.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += read(index * frameBytes + channel * bytesPerSample);
    }
    const mean = sum / channels;
    samples[index] = Number.isFinite(mean) ? mean : 0;
  }
  return samples;
}

function sampleReader(data: DataView, { encoding, bytesPerSample }: WavFormat) {
  if (encoding === 'float') {
    return bytesPerSample === 4
      ? (at: number) => data.getFloat32(at, true)
      : (at: number) => data.getFloat64(at, true);
  }
  switch (bytesPerSample) {
    case 1:
      // The only unsigned one.
      return (at: number) => (data.getUint8(at) - 128) / 128;
    case 2:
      return (at: number) => data.getInt16(at, true) / 0x8000;
    case 3:
      return (at: number) =>
        (data.getUint16(at, true) + data.getInt8(at + 2) * 0x1_0000) / 0x80_0000;
    default:
      return (at: number) => data.getInt32(at, true) / 0x8000_0000;
  }
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
