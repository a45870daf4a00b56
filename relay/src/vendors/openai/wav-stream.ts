/** A header is 44 bytes as a rule; some carry the name of their encoder along. */
const MAX_HEADER_BYTES = 64 * 1024;
const PCM = 1;
/** WAVE_FORMAT_EXTENSIBLE: says PCM in other words, where the samples have 16 bits. */
const EXTENSIBLE = 0xfffe;

type State =
  | { readonly kind: 'header'; readonly bytes: Uint8Array; readonly rateHz?: number }
  /** @property left - bytes of samples that may still come; more is no sound */
  | { readonly kind: 'samples'; readonly rateHz: number; readonly left: number };

/** Finds the samples in a WAV file of PCM16 mono while it is still being received. */
export class WavStream {
  #state: State = { kind: 'header', bytes: new Uint8Array(0) };

  /** Undefined as long as the header has not said it. */
  get rateHz(): number | undefined {
    return this.#state.rateHz;
  }

  /**
   * @returns the bytes of samples among these
   * @throws RangeError where it is no WAV file, or none of PCM16 mono
   */
  push(bytes: Uint8Array): Uint8Array {
    const state = this.#state;
    if (state.kind === 'samples') {
      const samples = bytes.subarray(0, state.left);
      this.#state = { ...state, left: state.left - samples.length };
      return samples;
    }
    const all = new Uint8Array(state.bytes.length + bytes.length);
    all.set(state.bytes);
    all.set(bytes, state.bytes.length);
    const read = readHeader(all);
    if (read !== undefined) {
      this.#state = { kind: 'samples', rateHz: read.rateHz, left: read.length };
      return this.push(all.subarray(read.at));
    }
    if (all.length > MAX_HEADER_BYTES) throw new RangeError('A WAV header does not end.');
    this.#state = { kind: 'header', bytes: all };
    return all.subarray(all.length);
  }
}

/** @returns undefined as long as there is not enough of it */
function readHeader(bytes: Uint8Array): { rateHz: number; at: number; length: number } | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(bytes, 0) !== 'RIFF' || tagAt(bytes, 8) !== 'WAVE')
    throw new RangeError('This is no WAV file.');
  let rateHz: number | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const tag = tagAt(bytes, at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag === 'data') {
      if (rateHz === undefined) throw new RangeError('A WAV file does not say what it holds.');
      // Who begins to send before it knows the length writes none, or the longest there is.
      const isKnown = length > 0 && length < 0x7fff_ffff;
      return { rateHz, at: start, length: isKnown ? length : Number.POSITIVE_INFINITY };
    }
    if (tag === 'fmt ') {
      if (start + 16 > bytes.length) return undefined;
      const format = view.getUint16(start, true);
      const isPcm = format === PCM || format === EXTENSIBLE;
      const isMono = view.getUint16(start + 2, true) === 1;
      const is16Bit = view.getUint16(start + 14, true) === 16;
      if (!(isPcm && isMono && is16Bit)) throw new RangeError('This is no PCM16 mono.');
      rateHz = view.getUint32(start + 4, true);
    }
    // Chunks begin on even addresses.
    at = start + length + (length % 2);
  }
  return undefined;
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
