import type { EndOfTurnReason } from '@parley/shared';
import { entityIn } from './open-entity.ts';
import { classifyInterjection } from './short-words.ts';
import {
  questionIn,
  toWords,
  FEATURE_BUCKETS,
  forEachFeature,
  type AskedQuestion,
} from './word-features.ts';
import { readFileSync } from 'node:fs';

/** By the language's ISO 639-1 code: sounds and words with which people keep the turn. */
const FILLERS = table({
  en: 'um uh er erm hm hmm',
  de: 'äh ähm öh öhm hm hmm',
  fr: 'euh heu hm ben bah',
  es: 'eh em este hm',
  it: 'ehm eh mmm uhm',
  pt: 'hum éh ahn hm',
  nl: 'eh ehm uh uhm hm',
});

/** Words with which no sentence of the language ends. */
const OPEN_WORDS = table({
  de: `der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine meinen
    dein deine unser unsere und oder aber denn weil dass ob wenn sondern sowie in im am zum zur von
    vom für ohne gegen um bei beim ist sind war bin habe hat haben sehr zu wie als ich du er wir ihr`,
  fr: `le la les l un une des du de d au aux mon ma mes ton ta tes son sa ses notre votre leur leurs
    ce cette ces et ou mais donc car que qu parce quand si comme dans sur sous avec sans pour par
    chez vers en est sont suis ai as a très plus je j tu il elle on nous vous ils elles ne n se s`,
  es: `el la los las un una unos unas mi mis tu tus su sus este esta ese esa y e o u pero porque que
    cuando si como de del al a en con sin para por sobre entre hasta desde es son está muy más yo
    se me te le nos no`,
  it: `il lo la i gli le l un uno una del della dei delle mio mia tuo tua suo sua questo questa e o
    ma perché che quando se come di a da in con su per tra fra al alla nel nella dal dalla è sono ho
    molto più io si mi ti ci non`,
  pt: `o a os as um uma uns umas meu minha teu tua seu sua este esta esse essa e ou mas porque que
    quando se como de do da dos das em no na nos nas com sem para por pelo pela até desde é são está
    muito mais eu ele ela me te lhe`,
  nl: `de het een mijn jouw zijn haar ons onze hun dit dat deze die en of maar want omdat als wanneer
    om te in op aan van voor met zonder naar bij uit door over is ben bent heb heeft hebben heel erg
    zeer ik jij je hij zij ze wij we`,
});

/** Written by relay/tools/train-end-of-turn.ts: a scale (float32), then an int8 for each bucket. */
export const WEIGHTS_FILE = new URL('end-of-turn-weights.bin', import.meta.url);

let loaded: CompletenessModel | undefined;

export interface CompletenessModel {
  /** Log-odds of one step of a weight. */
  readonly scale: number;
  readonly weights: Int8Array;
}

export interface WordContext {
  /** BCP 47. */
  readonly language: string;
  /** What the assistant said last, as far as it was heard. */
  readonly lastReply: string | undefined;
}

export interface WordCompleteness {
  /** 0–1. */
  readonly probability: number;
  readonly reasons: readonly EndOfTurnReason[];
}

/**
 * The model's log-odds are those of as many pauses as ends. People pause less often than they end,
 * and hardly ever between "ice" and "cream".
 */
const PRIOR_LOG_ODDS = 0.8;
/** What the recogniser's punctuation adds to them. Some put a full stop behind every pause. */
const PUNCTUATION_LOG_ODDS: Readonly<Record<string, number>> = {
  '?': 2,
  '.': 1,
  '!': 1,
  ',': -2.5,
  '…': -2.5,
};
/** For languages without a statistic, by their punctuation. */
const PUNCTUATION_PROBABILITY: Readonly<Record<string, number>> = {
  '?': 0.95,
  '.': 0.88,
  '!': 0.9,
  ',': 0.15,
  '…': 0.15,
};
const PROBABILITY = {
  filler: 0.05,
  openWord: 0.1,
  unknown: 0.6,
  shortAnswer: 0.94,
  shortTurn: 0.85,
} as const;
const FINISHED = 0.5;

/**
 * How likely it is that these words are a finished turn. English has a statistic; of other
 * languages only fillers, function words, short answers and punctuation are known. Pure, some
 * microseconds.
 *
 * @param words - a partial transcript, with or without punctuation
 */
export function wordCompleteness(
  words: string,
  { language, lastReply }: WordContext,
): WordCompleteness {
  const said = toWords(words);
  if (said.length === 0) return { probability: 0.5, reasons: ['no_words'] };
  const code = language.toLowerCase().split('-')[0]!;
  const last = said.at(-1)!;
  if (isFiller(last, code)) return judged(PROBABILITY.filler);
  const entity = entityIn(words, lastReply);
  if (entity !== undefined) {
    return entity.isOpen
      ? { probability: entity.probability, reasons: ['entity_open'] }
      : judged(entity.probability);
  }
  const question = questionIn(lastReply);
  if (classifyInterjection(words, { language, isQuestion: false }) !== 'other') {
    return question.kind === 'none'
      ? judged(PROBABILITY.shortTurn)
      : { probability: PROBABILITY.shortAnswer, reasons: ['words_finished', 'answers_question'] };
  }
  const mark = /(?:\.{3}|[?？.。!！,、，…])["')\]]*\s*$/u.exec(words)?.[0].trim() ?? '';
  const punctuation = mark.startsWith('...') ? '…' : mark.charAt(0).normalize('NFKC');
  if (code !== 'en') {
    if (punctuation !== '?' && isOpenWord(last, code)) return judged(PROBABILITY.openWord);
    return judged(PUNCTUATION_PROBABILITY[punctuation] ?? PROBABILITY.unknown);
  }
  const probability = modelProbability(said, question);
  const logOdds = Math.log(probability / (1 - probability)) + PRIOR_LOG_ODDS;
  const marked = logOdds + (PUNCTUATION_LOG_ODDS[punctuation] ?? 0);
  const finished = judged(1 / (1 + Math.exp(-marked)));
  const isAnswer = question.kind !== 'none' && finished.probability > FINISHED;
  return isAnswer ? { ...finished, reasons: [...finished.reasons, 'answers_question'] } : finished;
}

function judged(probability: number): WordCompleteness {
  return {
    probability,
    reasons: [probability > FINISHED ? 'words_finished' : 'words_unfinished'],
  };
}

/**
 * How likely it is that English words are a finished turn, by logistic regression over
 * `forEachFeature`. The first call reads the weights.
 *
 * @returns 0–1, for turns and pauses that are equally frequent
 */
export function modelProbability(words: readonly string[], question: AskedQuestion): number {
  loaded ??= parseModel(readFileSync(WEIGHTS_FILE));
  return probabilityBy(loaded, words, question);
}

export function probabilityBy(
  { scale, weights }: CompletenessModel,
  words: readonly string[],
  question: AskedQuestion,
): number {
  let sum = 0;
  forEachFeature(words, question, (bucket) => {
    sum += weights[bucket]!;
  });
  return 1 / (1 + Math.exp(-sum * scale));
}

/** @throws Error if it is not a file of weights */
export function parseModel(file: Uint8Array): CompletenessModel {
  if (file.length !== FEATURE_BUCKETS + 4) throw new Error('The end-of-turn weights are damaged.');
  return {
    scale: new DataView(file.buffer, file.byteOffset).getFloat32(0, true),
    weights: new Int8Array(file.buffer, file.byteOffset + 4, FEATURE_BUCKETS),
  };
}

function isFiller(word: string, language: string): boolean {
  return FILLERS.get(language)?.has(word) ?? FILLERS.get('en')!.has(word);
}

function isOpenWord(word: string, language: string): boolean {
  return OPEN_WORDS.get(language)?.has(word) ?? false;
}

function table(lists: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    Object.entries(lists).map(([language, words]) => [language, new Set(words.split(/\s+/))]),
  );
}
