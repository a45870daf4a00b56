import type { Eagerness, EndOfTurnReason } from '@parley/shared';
import type { PhraseState } from '../../stages/transcriber/transcriber.ts';
import { wordCompleteness } from './word-completeness.ts';

/** What is known of an utterance while the person is silent in it. */
export interface EndOfTurnEvidence {
  /** The words so far, empty if there are none. */
  readonly words: string;
  /** How they fit a closed vocabulary; undefined if the transcriber has none. */
  readonly phrase: PhraseState | undefined;
  /** The transcriber's latest end-of-turn event. */
  readonly transcriber: 'ended' | 'eager' | 'resumed' | undefined;
  /** How probably the pause sounds like an end, 0–1; undefined if no model judged it. */
  readonly sound: number | undefined;
  /** Whether the transcriber reports words while a person speaks; a batch transcriber does not. */
  readonly hasPartials: boolean;
  /** BCP 47. */
  readonly language: string;
  /** What the assistant said last, as far as it was heard. */
  readonly lastReply: string | undefined;
}

export interface EndOfTurnJudgement {
  /** Probability that the person has finished, 0–1. */
  readonly probability: number;
  /** Silence after which the turn is taken as over, ms. */
  readonly delayMs: number;
  readonly reasons: readonly EndOfTurnReason[];
}

/** The shortest and the longest silence that ends a turn, ms. */
const DELAYS_MS: { readonly [eagerness in Eagerness]: readonly [number, number] } = {
  low: [400, 2_000],
  medium: [250, 1_500],
  high: [200, 900],
};

/**
 * How the delay grows with the doubt `d`, of the range above: `d (A + B d)`, at most 1. Small
 * doubts cost little, because most turns are finished sentences; from `d` = 0.8 on all of it is
 * waited for.
 */
const LINEAR_SHARE = 0.6;
const SQUARE_SHARE = 0.9;

/** Priors for what nothing more is known of. */
const PROBABILITY = {
  phraseComplete: 0.95,
  phraseMayContinue: 0.78,
  phraseIncomplete: 0.05,
  /** Words outside a closed vocabulary: they are refused in any case, so a long wait gains nothing. */
  phraseUnknown: 0.62,
  /** A transcriber that reports words may still send some. */
  noWords: 0.5,
  /** A batch transcriber's: half a second, like a fixed endpointing delay. */
  wordsUnknowable: 0.72,
  transcriberEnded: 0.97,
  transcriberEager: 0.85,
  transcriberResumed: 0.2,
} as const;

/**
 * The weight of the sound, of 1: half beside words, most of it without words.
 * An assumption: no weights come with Parley that it could be measured with.
 */
const SOUND_WEIGHT = { besideWords: 0.5, withoutWords: 0.8 } as const;
/** A model that is nearly certain must not overrule the words. */
const MAX_SOUND_LOG_ODDS = 3;

/** How likely it is that the person has finished, and how long to wait to be sure. Pure. */
export function judgeEndOfTurn(
  evidence: EndOfTurnEvidence,
  eagerness: Eagerness,
): EndOfTurnJudgement {
  const judged = ofTranscriber(evidence, ofSound(evidence, ofWords(evidence)));
  const [minMs, maxMs] = DELAYS_MS[eagerness];
  const doubt = 1 - judged.probability;
  const share = Math.min(1, doubt * (LINEAR_SHARE + SQUARE_SHARE * doubt));
  return { ...judged, delayMs: Math.round(minMs + (maxMs - minMs) * share) };
}

type Judged = Omit<EndOfTurnJudgement, 'delayMs'>;

function ofWords({ words, phrase, hasPartials, language, lastReply }: EndOfTurnEvidence): Judged {
  if (words === '') {
    const probability = hasPartials ? PROBABILITY.noWords : PROBABILITY.wordsUnknowable;
    return { probability, reasons: ['no_words'] };
  }
  switch (phrase) {
    case 'complete':
      return { probability: PROBABILITY.phraseComplete, reasons: ['phrase_complete'] };
    case 'may-continue':
      return { probability: PROBABILITY.phraseMayContinue, reasons: ['phrase_may_continue'] };
    case 'incomplete':
      return { probability: PROBABILITY.phraseIncomplete, reasons: ['phrase_incomplete'] };
    case 'unknown':
      return { probability: PROBABILITY.phraseUnknown, reasons: ['phrase_unknown'] };
    case undefined:
      return wordCompleteness(words, { language, lastReply });
  }
}

/**
 * The weighted mean of both log-odds. After an open entity the sound may speak against the end
 * only: people lower their voice after each group of a telephone number.
 */
function ofSound({ words, sound }: EndOfTurnEvidence, judged: Judged): Judged {
  if (sound === undefined) return judged;
  const { probability, reasons } = judged;
  const heard = Math.max(-MAX_SOUND_LOG_ODDS, Math.min(MAX_SOUND_LOG_ODDS, logOdds(sound)));
  const weight = words === '' ? SOUND_WEIGHT.withoutWords : SOUND_WEIGHT.besideWords;
  const both = 1 / (1 + Math.exp(-(weight * heard + (1 - weight) * logOdds(probability))));
  return {
    probability: reasons.includes('entity_open') ? Math.min(probability, both) : both,
    reasons: [...reasons, heard > 0 ? 'sounds_finished' : 'sounds_unfinished'],
  };
}

function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}

/** A transcriber that hears the end in the voice itself knows more than its words say. */
function ofTranscriber({ transcriber }: EndOfTurnEvidence, judged: Judged): Judged {
  const { probability, reasons } = judged;
  switch (transcriber) {
    case undefined:
      return judged;
    case 'ended':
    case 'eager': {
      const own =
        transcriber === 'ended' ? PROBABILITY.transcriberEnded : PROBABILITY.transcriberEager;
      return own <= probability
        ? judged
        : { probability: own, reasons: [...reasons, 'transcriber_ended'] };
    }
    case 'resumed':
      return probability <= PROBABILITY.transcriberResumed
        ? judged
        : {
            probability: PROBABILITY.transcriberResumed,
            reasons: [...reasons, 'transcriber_resumed'],
          };
  }
}
