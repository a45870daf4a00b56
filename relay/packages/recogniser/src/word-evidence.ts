import type { Segment } from 'soundswallower';
import type { SpeechGrammar } from './grammar.ts';
import { REJECT_WORDS } from './jsgf.ts';

/**
 * How much of an utterance's sound its words explain.
 *
 * A closed grammar forces what was said into one of its sentences, and the score of a whole
 * sentence hides one wrong word among five right ones. A loop over all phones hears the sound
 * without a grammar: if it fits much better than a word does, another word was said. This measure
 * is the likelihood ratio of utterance verification (Sukkar and Lee, "Vocabulary independent
 * discriminative utterance verification", IEEE Trans. Speech and Audio Processing 4(6), 1996).
 */
export const PHONE_LOOP_GRAMMAR: SpeechGrammar = {
  rules: `<phones> = (${REJECT_WORDS.map(([word]) => word).join(' | ')})+;`,
  utterance: 'phones',
  pronunciations: {},
};

const FRAMES_PER_SECOND = 100;

/**
 * @param sentence - the words, as the decoder aligns them: `b` and `d` in seconds, `p` from 0 to 1
 * @param phones - the same utterance through the loop over all phones
 * @param from - the first word that is judged: usually the second, since the breath before it blurs
 *   the beginning of the first
 * @returns the logarithm of the likelihood ratio of the least likely word, times 1,000; 0 if none
 *   is judged
 */
export function weakestWord(sentence: Segment, phones: Segment, from = 1): number {
  const loop = framesOf(phones);
  const scores = (sentence.w ?? [])
    .filter(({ t }) => !isSilent(t))
    .slice(from)
    .map((word) => {
      const [begin, end] = rangeOf(word);
      let rival = 0;
      for (let frame = begin; frame < end; frame += 1) rival += loop[frame] ?? 0;
      return 1_000 * (Math.log(word.p) - rival);
    });
  return Math.min(0, ...scores);
}

/** Logarithm of the likelihood of each frame of 10 ms, spread evenly over its phone. */
function framesOf(phones: Segment): readonly number[] {
  const frames: number[] = [];
  for (const phone of phones.w ?? []) {
    if (isEmpty(phone.t)) continue;
    const [from, to] = rangeOf(phone);
    for (let frame = from; frame < to; frame += 1) frames[frame] = Math.log(phone.p) / (to - from);
  }
  return frames;
}

function rangeOf({ b, d }: Segment): readonly [from: number, to: number] {
  const from = Math.round(b * FRAMES_PER_SECOND);
  return [from, from + Math.round(d * FRAMES_PER_SECOND)];
}

function isEmpty(word: string): boolean {
  return word === '(NULL)';
}

function isSilent(word: string): boolean {
  return isEmpty(word) || word.startsWith('<') || word.startsWith('[');
}
