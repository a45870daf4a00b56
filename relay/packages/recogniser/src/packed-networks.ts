import type { GrammarNetworks } from './recogniser.ts';
import type { WordNetwork } from './word-network.ts';

/** Networks as threads hand them on: in arrays of numbers, which cost next to nothing to copy. */
export interface PackedNetworks {
  readonly sentences: PackedNetwork;
  readonly usual: PackedNetwork | undefined;
}

interface PackedNetwork extends Pick<WordNetwork, 'states' | 'start' | 'final'> {
  readonly words: readonly string[];
  /** Of each arc: its source, its target, and the index of its word, or -1. */
  readonly arcs: Int32Array;
  readonly logPriors: Float64Array;
}

const ARC_NUMBERS = 3;

export function packed({ sentences, usual }: GrammarNetworks): PackedNetworks {
  return { sentences: pack(sentences), usual: usual && pack(usual) };
}

export function unpacked({ sentences, usual }: PackedNetworks): GrammarNetworks {
  return { sentences: unpack(sentences), usual: usual && unpack(usual) };
}

function pack({ states, start, final, arcs }: WordNetwork): PackedNetwork {
  const words = [...new Set(arcs.flatMap(({ word }) => word ?? []))];
  const indexes = new Map<string | undefined, number>(words.map((word, index) => [word, index]));
  return {
    states,
    start,
    final,
    words,
    arcs: Int32Array.from(
      arcs.flatMap(({ from, to, word }) => [from, to, indexes.get(word) ?? -1]),
    ),
    logPriors: Float64Array.from(arcs, ({ logPrior }) => logPrior),
  };
}

function unpack({ words, arcs, logPriors, ...rest }: PackedNetwork): WordNetwork {
  return {
    ...rest,
    arcs: Array.from(logPriors, (logPrior, index) => {
      const [from, to, word] = arcs.subarray(index * ARC_NUMBERS, (index + 1) * ARC_NUMBERS);
      return { from: from!, to: to!, word: words[word!], logPrior };
    }),
  };
}
