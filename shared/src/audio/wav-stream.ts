import { readWavHeader, WavError, type WavFormat } from './wav-reader.ts';

/** A header is 44 bytes as a rule; some carry the name of their encoder along. */
const MAX_HEADER_BYTES = 64 * 1024;
/** "RIFF", a length and "WAVE". */
const MIN_HEADER_BYTES = 12;

type State =
  | { readonly kind: 'header'; readonly bytes: Uint8Array; readonly format?: WavFormat }
  /** @property left bytes of samples that may still come; more is not sound */
  | { readonly kind: 'samples'; readonly format: WavFormat; readonly left: number };

/** Finds the samples in a WAV file while it is still being received. */
export class WavStream {
  #state: State = { kind: 'header', bytes: new Uint8Array(0) };

  /** Undefined until the header has said it. */
  get format(): WavFormat | undefined {
    return this.#state.format;
  }

  /**
   * @returns the bytes of samples among these
   * @throws WavError if it is not a WAV file, or of a kind that is not understood
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
    const samples = all.length < MIN_HEADER_BYTES ? undefined : findSamples(all);
    if (samples !== undefined) {
      this.#state = { kind: 'samples', format: samples.format, left: samples.length };
      return this.push(all.subarray(samples.at));
    }
    if (all.length > MAX_HEADER_BYTES) throw new WavError('has a header that does not end');
    this.#state = { kind: 'header', bytes: all };
    return all.subarray(all.length);
  }
}

/** @returns undefined if the bytes end before the samples begin */
function findSamples(
  bytes: Uint8Array,
): { format: WavFormat; at: number; length: number } | undefined {
  const { format, data } = readWavHeader(bytes);
  if (data === undefined) return undefined;
  if (format === undefined) throw new WavError('has samples before their format');
  return { format, ...data };
}
