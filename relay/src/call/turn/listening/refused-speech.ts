import { ParleyError, type ErrorCode } from '@parley/shared';
import { newId } from '../../../base/lib/ids.ts';
import { NO_PROVIDER } from '../../stages/provider.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { ConversationOutput } from '../output.ts';
import type { SpokenTurn } from './user-turn.ts';

/** The budget is used up: the utterance is refused, and audio that still comes is ignored. */
export function tellBudgetRefusal(
  { emit, output }: Pick<ConversationOptions, 'emit' | 'output'>,
  number: number,
  turnId: string,
): void {
  const itemId = newId('item');
  const utterance = { turnId, itemId, utterance: number };
  emit({ type: 'utterance-started', ...utterance });
  emit({ type: 'utterance-discarded', ...utterance, audioMs: 0 });
  tellRefusal(output, number, 'budget_exhausted', itemId);
}

/** The utterance will not be heard, and nothing follows from it. */
export function tellRefusal(
  output: Pick<ConversationOutput, 'event'>,
  utterance: number,
  why: ErrorCode,
  itemId = newId('item'),
): void {
  const { code, message, retryable } = new ParleyError(why);
  output.event({
    type: 'conversation.item.input_audio_transcription.failed',
    item_id: itemId,
    utterance,
    error: { code, message, retryable },
  });
}

/** No provider of the relay recognises speech: audio that still comes is ignored. */
export function refusedTurn(
  { emit }: Pick<ConversationOptions, 'emit'>,
  number: number,
  turnId: string,
): SpokenTurn {
  const itemId = newId('item');
  emit({ type: 'utterance-started', turnId, itemId, utterance: number });
  return {
    kind: 'refused',
    turnId,
    number,
    itemId,
    outcome: { kind: 'failed', error: new ParleyError('transcriber_failed'), audio: [] },
    marks: {},
    audioMs: 0,
    finalMs: null,
    provider: NO_PROVIDER,
    standIn: undefined,
  };
}
