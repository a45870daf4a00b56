import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';
import type { ConversationOptions } from './conversation-options.ts';

/** Nothing more can be paid: the utterance is refused, and audio that still comes is passed over. */
export function tellBudgetRefusal(
  { emit, output }: Pick<ConversationOptions, 'emit' | 'output'>,
  number: number,
  turnId: string,
): void {
  const itemId = newId('item');
  const utterance = { turnId, itemId, utterance: number };
  const { code, message, retryable } = new ParleyError('budget_exhausted');
  emit({ type: 'utterance-started', ...utterance });
  emit({ type: 'utterance-discarded', ...utterance, audioMs: 0 });
  output.event({
    type: 'conversation.item.input_audio_transcription.failed',
    item_id: itemId,
    utterance: number,
    error: { code, message, retryable },
  });
}
