import type { BargeInVerdict } from '../../events/call-events.ts';
import { beginsInterjection, classifyInterjection } from './short-words.ts';

/** A backchannel is shorter; who speaks for longer has something to say. */
const MAX_BACKCHANNEL_MS = 900;
/** Words of one short word may still become another ("no" → "nothing special"). */
const MIN_WORD_MS = 450;

export interface BargeInEvidence {
  /** The words so far, or all of them. */
  readonly words: string;
  /** Length of the speech so far, without the pre-roll and the silence behind it. */
  readonly speechMs: number;
  /** The words are final. */
  readonly isOver: boolean;
  /** The assistant has just asked: what is said then answers it. */
  readonly isQuestion: boolean;
  /** BCP 47. */
  readonly language: string;
}

/** @returns undefined as long as it may be either. Pure. */
export function judgeBargeIn(evidence: BargeInEvidence): BargeInVerdict | undefined {
  const { words, speechMs, isOver, isQuestion, language } = evidence;
  const kind = classifyInterjection(words, { language, isQuestion });
  if (kind === 'stop') return 'stop';
  const isLong = speechMs > MAX_BACKCHANNEL_MS;
  if (kind === 'other') {
    if (isOver || isLong) return 'interruption';
    // "I" may become "I see", "that's" may become "that's enough".
    if (beginsInterjection(words, language)) return undefined;
    const isOneWord = !/\s/.test(words.trim());
    return !isOneWord || speechMs > MIN_WORD_MS ? 'interruption' : undefined;
  }
  if (isLong) return 'interruption';
  return isOver ? 'backchannel' : undefined;
}
