// oxlint-disable no-underscore-dangle -- Emscripten exports the C functions under these names
import type { Decoder, SoundSwallowerModule } from 'soundswallower';
import type { WordNetwork } from './word-network.ts';

declare module 'soundswallower' {
  interface Decoder {
    /** The decoder in the module's memory. */
    readonly cdecoder: number;
  }
  /** What the package's own types leave out. Pointers and counts are 32-bit integers. */
  interface SoundSwallowerModule {
    /** Its default is relative to the working directory. */
    modelBase: string;
    _decoder_logmath(decoder: number): number;
    /** @returns below 0 if it does not succeed */
    _decoder_set_fsg(decoder: number, network: number): number;
    _fsg_model_init(name: number, logmath: number, languageWeight: number, states: number): number;
    _fsg_set_states(network: number, start: number, final: number): void;
    /** @returns the word's number */
    _fsg_model_word_add(network: number, word: number): number;
    _fsg_model_trans_add(
      network: number,
      from: number,
      to: number,
      logPrior: number,
      word: number,
    ): void;
    _fsg_model_null_trans_add(network: number, from: number, to: number, logPrior: number): number;
  }
}

/** The decoder counts priors in whole powers of this, its configuration's `logbase`. */
const LOG_BASE = Math.log(1.0001);

/** Lets the decoder listen for a network; each of its words has a pronunciation. @throws Error */
export function setNetwork(
  module: SoundSwallowerModule,
  decoder: Decoder,
  { states, start, final, arcs }: WordNetwork,
): void {
  const { cdecoder } = decoder;
  const network = withText(module, 'parley', (name) =>
    module._fsg_model_init(
      name,
      module._decoder_logmath(cdecoder),
      Number(decoder.get_config('lw')),
      states,
    ),
  );
  module._fsg_set_states(network, start, final);
  const numbers = new Map<string, number>();
  for (const { from, to, word, logPrior } of arcs) {
    const prior = Math.round(logPrior / LOG_BASE);
    if (word === undefined) {
      module._fsg_model_null_trans_add(network, from, to, prior);
      continue;
    }
    let number = numbers.get(word);
    if (number === undefined) {
      number = withText(module, word, (text) => module._fsg_model_word_add(network, text));
      numbers.set(word, number);
    }
    module._fsg_model_trans_add(network, from, to, prior, number);
  }
  // The decoder owns it from here.
  if (module._decoder_set_fsg(cdecoder, network) < 0)
    throw new Error('The decoder refuses the grammar.');
}

/** Gives a function the address of a text, which is valid until it returns. */
function withText<T>(module: SoundSwallowerModule, text: string, use: (address: number) => T): T {
  const bytes = Buffer.from(`${text}\0`);
  const address = module._malloc(bytes.length);
  module.HEAPU8.set(bytes, address);
  try {
    return use(address);
  } finally {
    module._free(address);
  }
}
