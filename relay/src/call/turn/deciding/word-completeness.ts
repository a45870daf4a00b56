import type { EndOfTurnReason } from '@parley/shared';
import { modelProbability } from './completeness-model.ts';
import { isFiller, isOpenWord } from './function-words.ts';
import { entityIn } from './open-entity.ts';
import { classifyInterjection } from './short-words.ts';
import { questionIn, toWords } from './word-features.ts';

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
