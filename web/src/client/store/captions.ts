import type { StoreApi } from 'zustand/vanilla';
import type { CallState } from './call-state.ts';
import { captionText } from './caption-text.ts';
import {
  replyCaption,
  type ConversationItem,
  type ConversationState,
  type DividerItem,
  type ReplyItem,
  type UserItem,
} from './conversation-state.ts';
import { joinTexts, type ReplyCaption } from './reply-caption.ts';

/** A line of the conversation, as it is read; `text` of a reply is all of it, heard or not. */
export type CaptionLine = UserItem | (ReplyItem & { readonly text: string }) | DividerItem;

/** Items do not change, so that a line of one is made once, and React finds it the same. */
const known = new WeakMap<ConversationItem, CaptionLine>();

export function captionsOf(conversation: ConversationState): readonly CaptionLine[] {
  return conversation.map((item) => {
    const caption = known.get(item) ?? captionOfItem(item);
    known.set(item, caption);
    return caption;
  });
}

function captionOfItem(item: ConversationItem): CaptionLine {
  switch (item.kind) {
    case 'divider':
      return item;
    case 'user':
      return item.state === 'typed' ? item : { ...item, text: captionText(item.text) };
    case 'reply':
      return { ...item, text: joinTexts(item.parts.map(({ text }) => text)) };
  }
}

/**
 * Calls `onWord` now, with null for what was before, and whenever the voice has come to another word
 * of `reply`.
 *
 * @returns what ends that
 */
export function followVoice(
  call: Pick<StoreApi<CallState>, 'getState' | 'subscribe'>,
  reply: ReplyItem,
  onWord: (now: ReplyCaption, before: ReplyCaption | null) => void,
): () => void {
  let shown: ReplyCaption | null = null;
  const follow = ({ playback }: CallState): void => {
    const isHeard = playback?.responseId === reply.id && reply.status === 'running';
    const now = replyCaption(isHeard ? { ...reply, playedMs: playback.playedMs } : reply);
    if (now.heard === shown?.heard && now.begun === shown.begun) return;
    onWord(now, shown);
    shown = now;
  };
  follow(call.getState());
  return call.subscribe((now, before) => {
    if (now.playback !== before.playback) follow(now);
  });
}
