import type { Decoder } from 'soundswallower';
import type { SpeechGrammar } from '../grammar.ts';
import { missingRules, pronunciationEntries, REJECT_WORDS, toJsgf, wordsOf } from './jsgf.ts';

/** @throws Error that names the words without a pronunciation, or the rule that is wrong */
export function loadGrammar(decoder: Decoder, grammar: SpeechGrammar): void {
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
  try {
    decoder.set_grammar(toJsgf(grammar));
  } catch (cause) {
    throw new Error('The speech grammar is not valid JSGF.', { cause });
  }
}
