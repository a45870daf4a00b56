import type { CallFigures, Conversation, MeasuredTurn } from '../../client/index.ts';
import { countText, durationText, usdText } from '../../lib/figures.ts';
import { lastCallOf } from './transcript-text.ts';

/** “4 min · 6 turns · answers after 0.8 s · $0.05”, without what is not known. */
export function summaryLineOf(
  { durationMs, costUsd }: CallFigures,
  items: Conversation,
  measured: readonly MeasuredTurn[],
): string {
  const replies = lastCallOf(items).flatMap((item) =>
    item.kind === 'reply' && item.trigger !== 'timer' && item.trigger !== 'notice' ? [item.id] : [],
  );
  const answers = measured.filter(
    // What was typed is answered sooner: there is no speech to wait for.
    ({ responseId, utterance }) => utterance !== null && replies.includes(responseId),
  );
  const medianMs = medianOf(answers.map(({ voiceToVoiceMs }) => voiceToVoiceMs));
  return [
    durationText(durationMs / 1_000),
    countText(replies.length, 'turn', 'turns'),
    medianMs === null ? '' : `answers after ${(medianMs / 1_000).toFixed(1)} s`,
    costUsd === null || costUsd === 0 ? '' : usdText(costUsd),
  ]
    .filter((figure) => figure !== '')
    .join(' · ');
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
