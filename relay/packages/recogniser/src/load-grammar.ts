import type { Decoder, SoundSwallowerModule } from 'soundswallower';
import type { SpeechGrammar } from './grammar.ts';
import { parseJsgf } from './jsgf-parser.ts';
import {
  missingRules,
  pronunciationEntries,
  REJECT_WORDS,
  TOP_RULE,
  withReject,
  wordsOf,
} from './jsgf.ts';
import { setNetwork } from './decoder-network.ts';
import { wordNetworkOf, type WordNetwork } from './word-network.ts';

/**
 * @param known - the network of the grammar, if another decoder has it already
 * @returns the network
 * @throws Error that names the words without a pronunciation, or the rule that is wrong
 */
export function loadGrammar(
  module: SoundSwallowerModule,
  decoder: Decoder,
  grammar: SpeechGrammar,
  known?: WordNetwork,
): WordNetwork {
  const isKnown = (word: string): boolean => decoder.lookup_word(word) !== null;
  const entries = [...REJECT_WORDS, ...pronunciationEntries(grammar.pronunciations, isKnown)];
  for (const [word, pronunciation] of entries) {
    try {
      decoder.add_words([word, pronunciation]);
    } catch (cause) {
      throw new Error(`The pronunciation of "${word}" is not in ARPAbet: ${pronunciation}`, {
        cause,
      });
    }
  }
  const unknown = wordsOf(grammar.rules).filter((word) => !isKnown(word));
  if (unknown.length > 0) {
    throw new Error(`The speech grammar has words without a pronunciation: ${unknown.join(', ')}`);
  }
  const missing = missingRules(grammar);
  if (missing.length > 0) {
    throw new Error(
      `The speech grammar lacks the rules ${missing.map((name) => `<${name}>`).join(', ')}`,
    );
  }
  const network = known ?? networkOf(grammar);
  setNetwork(module, decoder, network);
  return network;
}

function networkOf(grammar: SpeechGrammar): WordNetwork {
  try {
    return wordNetworkOf(parseJsgf(withReject(grammar)), TOP_RULE);
  } catch (cause) {
    throw new Error('The speech grammar is not valid JSGF.', { cause });
  }
}
