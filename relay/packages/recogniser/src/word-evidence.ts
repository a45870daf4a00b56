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

/**
 * A decoder scores each frame beside the best of the sounds that it computes. Without this it
 * computes those that the grammar may still go on with: a wrong word that alone is left is then
 * perfect, and no loop over all phones fits better.
 */
export const JUDGED_DECODER = { compallsen: true } as const;
/** Every other frame is scored, which makes up for the sounds that the other one computes. */
export const PHONE_LOOP_DECODER = { ds: 2 } as const;

const FRAMES_PER_SECOND = 100;

/** A few words are too little sound to be sure of: half a second that fits counts with them. */
const FITTING_FRAMES = 50;

/**
 * @param sentence - the words, as the decoder aligns them: `b` and `d` in seconds, `p` from 0 to 1
 * @param phones - the same utterance through the loop over all phones
 * @returns by how much the loop fits better than the words: the logarithm of the likelihood ratio,
 *   times 1,000, for a second of the words and of `FITTING_FRAMES`, at most 0. A word that fits
 *   better than the loop does not make up for another. The first counts only if it is alone, since
 *   the breath before it blurs its beginning.
 */
export function wordEvidence(sentence: Segment, phones: Segment): number {
  const loop = framesOf(phones);
  const words = (sentence.w ?? []).filter(({ t }) => !isSilent(t));
  let sum = 0;
  let frames = FITTING_FRAMES;
  for (const word of words.length > 1 ? words.slice(1) : words) {
    const [begin, end] = rangeOf(word);
    let rival = 0;
    for (let frame = begin; frame < end; frame += 1) rival += loop[frame] ?? 0;
    sum += Math.min(0, Math.log(word.p) - rival);
    frames += end - begin;
  }
  return (1_000 * sum * FRAMES_PER_SECOND) / frames;
}

/** Logarithm of the likelihood of each frame of 10 ms, spread evenly over its phone. */
function framesOf(phones: Segment): readonly number[] {
  const frames: number[] = [];
  for (const phone of phones.w ?? []) {
    if (phone.t === '(NULL)') continue;
    const [from, to] = rangeOf(phone);
    for (let frame = from; frame < to; frame += 1) frames[frame] = Math.log(phone.p) / (to - from);
  }
  return frames;
}

function rangeOf({ b, d }: Segment): readonly [from: number, to: number] {
  const from = Math.round(b * FRAMES_PER_SECOND);
  return [from, from + Math.round(d * FRAMES_PER_SECOND)];
}

function isSilent(word: string): boolean {
  return /^[<[(]/.test(word);
}
