// oxlint-disable no-underscore-dangle -- Emscripten exports the C functions under these names
import type { Decoder, SoundSwallowerModule } from 'soundswallower';

declare module 'soundswallower' {
  interface Decoder {
    /** What of the decoder turns sound into scores, in the module's memory. */
    readonly cacmod: number;
  }
}

/** Where the fields are of which the C library's structures consist, bytes from their beginning. */
const ACMOD = { gaussians: 28, frame: 76 } as const;
const GAUSSIANS = {
  /** Frames before this one are read from the history instead of being computed. */
  frame: 4,
  codebooks: 12,
  /** 16 bits. */
  best: 36,
  history: 40,
  current: 44,
  historyLength: 48,
} as const;
const CODEBOOKS = { count: 16, streams: 20 } as const;
/** One entry of the history. */
const ENTRY = { best: 0, visited: 4, bytes: 8 } as const;
/** A Gaussian's number and score. */
const BEST_BYTES = 8;
const POINTER_BYTES = 4;
/** What is decoded at once, 300 ms and what a noise gate has held back, is half of it. */
const HISTORY_FRAMES = 64;

/**
 * Lets the decoders of one utterance share what costs most: how well the acoustic model's Gaussians
 * fit each frame. All have the same model and hear the same sound from the same moment on, so that
 * the first computes it, and the others find it in a history, which the library has for a similar
 * purpose (`ptm_mgau.c`): two frames long, here it is made longer.
 */
export class SharedScores {
  readonly #module: SoundSwallowerModule;
  readonly #gaussians: number;

  /** @param decoders - of a module whose version is known, with nothing begun */
  constructor(module: SoundSwallowerModule, decoders: readonly [Decoder, ...Decoder[]]) {
    this.#module = module;
    this.#gaussians = this.#read(decoders[0].cacmod + ACMOD.gaussians);
    this.#lengthenHistory();
    for (const { cacmod } of decoders) this.#write(cacmod + ACMOD.gaussians, this.#gaussians);
  }

  /** Lets each decoder do the same with the same sound. */
  forEach(decoders: readonly Decoder[], act: (decoder: Decoder) => void): void {
    let computed: { readonly from: number; readonly to: number } | undefined;
    for (const decoder of decoders) {
      const from = this.#frameOf(decoder);
      const isThere = computed?.from === from && computed.to - from <= HISTORY_FRAMES;
      this.#write(this.#gaussians + GAUSSIANS.frame, isThere ? computed!.to : from);
      act(decoder);
      if (!isThere) computed = { from, to: this.#frameOf(decoder) };
    }
  }

  #frameOf({ cacmod }: Decoder): number {
    return this.#read(cacmod + ACMOD.frame);
  }

  #lengthenHistory(): void {
    const codebooks = this.#read(this.#gaussians + GAUSSIANS.codebooks);
    const count = this.#read(codebooks + CODEBOOKS.count);
    const streams = this.#read(codebooks + CODEBOOKS.streams);
    const rowBytes = this.#module.HEAP16[(this.#gaussians + GAUSSIANS.best) / 2]! * BEST_BYTES;
    const first = this.#read(this.#gaussians + GAUSSIANS.history);
    /** Each begins with what the library's own begin with: which Gaussians are tried first. */
    const initial = this.#read(this.#read(this.#read(first + ENTRY.best)));
    const history = this.#module._malloc(HISTORY_FRAMES * ENTRY.bytes);
    for (let index = 0; index < HISTORY_FRAMES; index += 1) {
      const entry = history + index * ENTRY.bytes;
      const values = this.#module._malloc(count * streams * rowBytes);
      this.#module.HEAPU8.copyWithin(values, initial, initial + count * streams * rowBytes);
      const rows = this.#pointers(count * streams, values, rowBytes);
      this.#write(entry + ENTRY.best, this.#pointers(count, rows, streams * POINTER_BYTES));
      const visitedBytes = Math.ceil(count / 32) * 4;
      const visited = this.#module._malloc(visitedBytes);
      this.#module.HEAPU8.fill(0, visited, visited + visitedBytes);
      this.#write(entry + ENTRY.visited, visited);
    }
    this.#write(this.#gaussians + GAUSSIANS.history, history);
    this.#write(this.#gaussians + GAUSSIANS.current, history);
    this.#write(this.#gaussians + GAUSSIANS.historyLength, HISTORY_FRAMES);
  }

  /** @returns the address of so many pointers, the first of which points to `to` */
  #pointers(count: number, to: number, stepBytes: number): number {
    const address = this.#module._malloc(count * POINTER_BYTES);
    for (let index = 0; index < count; index += 1)
      this.#write(address + index * POINTER_BYTES, to + index * stepBytes);
    return address;
  }

  #read(address: number): number {
    return this.#module.HEAP32[address / POINTER_BYTES]!;
  }

  #write(address: number, value: number): void {
    this.#module.HEAP32[address / POINTER_BYTES] = value;
  }
}
