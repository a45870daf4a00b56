import type { MediaNotice } from '../messages/media-messages.ts';
import { revealAt, textOf, type ReplyChunk, type RevealedText } from './reveal.ts';

export type ReplyTrigger = Extract<MediaNotice, { type: 'response-started' }>['trigger'];

export interface UserItem {
  readonly kind: 'user';
  readonly id: string;
  readonly text: string;
  /** `partial` may still change; `failed` was said but not understood. */
  readonly state: 'partial' | 'final' | 'failed' | 'typed';
  readonly utterance: number | null;
}

export interface ReplyItem {
  readonly kind: 'reply';
  readonly id: string;
  readonly trigger: ReplyTrigger;
  readonly utterance: number | null;
  readonly spoken: boolean;
  readonly chunks: readonly ReplyChunk[];
  /** How much of it has left the speaker. */
  readonly playedMs: number;
  /** The chunk that the page's own voice has come to; null while it has not begun. */
  readonly voicedIndex: number | null;
  readonly status: 'running' | 'completed' | 'interrupted' | 'failed';
}

/** The other side remembers nothing across it. */
export interface DividerItem {
  readonly kind: 'divider';
  readonly id: string;
  /** Another call begins, or the session was lost within one. */
  readonly reason: 'new-call' | 'session-replaced';
}

export type ConversationItem = UserItem | ReplyItem | DividerItem;
export type Conversation = readonly ConversationItem[];

/** Older items leave, so that a day-long call does not grow without bound. */
export const MAX_CONVERSATION_ITEMS = 200;

export type ConversationNotice = Extract<
  MediaNotice,
  {
    type:
      | 'user-transcript'
      | 'response-started'
      | 'response-text'
      | 'response-voiced'
      | 'response-progress'
      | 'response-ended';
  }
>;

/** What a notice makes of the conversation; the same conversation where it changes nothing. */
export function conversationAfter(items: Conversation, notice: ConversationNotice): Conversation {
  switch (notice.type) {
    case 'user-transcript':
      return withTranscript(items, notice);
    case 'response-started':
      if (items.some((item) => item.kind === 'reply' && item.id === notice.responseId))
        return items;
      return appended(items, {
        kind: 'reply',
        id: notice.responseId,
        trigger: notice.trigger,
        utterance: notice.utterance,
        spoken: notice.spoken,
        chunks: [],
        playedMs: 0,
        voicedIndex: null,
        status: 'running',
      });
    case 'response-text':
      return withReply(items, notice.responseId, (reply) => ({
        ...reply,
        chunks: withChunk(reply.chunks, {
          index: notice.chunkIndex,
          text: notice.text,
          audioStartMs: notice.audioStartMs,
          byPage: notice.byPage,
        }),
      }));
    case 'response-voiced':
      return withReply(items, notice.responseId, (reply) =>
        notice.chunkIndex > (reply.voicedIndex ?? -1)
          ? { ...reply, voicedIndex: notice.chunkIndex }
          : reply,
      );
    case 'response-progress':
      return withReply(items, notice.responseId, (reply) =>
        reply.status === 'running' ? { ...reply, playedMs: notice.playedMs } : reply,
      );
    case 'response-ended':
      return withReply(items, notice.responseId, (reply) => ({
        ...reply,
        playedMs: notice.heardMs,
        status: notice.status === 'cancelled' ? 'interrupted' : notice.status,
      }));
  }
}

export function withTypedText(items: Conversation, id: string, text: string): Conversation {
  return appended(items, { kind: 'user', id, text, state: 'typed', utterance: null });
}

/** Marks the beginning of another call; an empty conversation needs no mark. */
export function withDivider(items: Conversation, id: string): Conversation {
  const last = items.at(-1);
  if (last === undefined || last.kind === 'divider') return items;
  return appended(items, { kind: 'divider', id, reason: 'new-call' });
}

/** Marks where the relay has forgotten what was said, and its timers with it. */
export function withSessionReplaced(items: Conversation, id: string): Conversation {
  if (items.length === 0 || items.some((item) => item.id === id)) return items;
  return appended(items, { kind: 'divider', id, reason: 'session-replaced' });
}

/** Whatever was still being said when the call ended was not heard to its end. */
export function withCallOver(items: Conversation): Conversation {
  return items.map((item) =>
    item.kind === 'reply' && item.status === 'running' ? { ...item, status: 'interrupted' } : item,
  );
}

/** What to show of a reply: all of it, or split at the last word that was heard. */
export function revealedReply(reply: ReplyItem): RevealedText {
  if (!reply.spoken || reply.status === 'completed' || reply.status === 'failed') {
    return { heard: textOf(reply.chunks), unheard: '', begun: '' };
  }
  const share = reply.status === 'interrupted' ? 0.5 : 0;
  return revealAt(
    reply.chunks,
    { playedMs: reply.playedMs, voicedIndex: reply.voicedIndex },
    share,
  );
}

function withTranscript(
  items: Conversation,
  notice: Extract<ConversationNotice, { type: 'user-transcript' }>,
): Conversation {
  const known = items.findIndex((item) => item.kind === 'user' && item.id === notice.itemId);
  const text = notice.text.trim();
  // A final transcript without words is a cough or a slammed door: nothing was said.
  if (text === '' && notice.state !== 'failed') {
    return known === -1 || notice.state === 'partial' ? items : items.toSpliced(known, 1);
  }
  const item: UserItem = {
    kind: 'user',
    id: notice.itemId,
    text,
    state: notice.state,
    utterance: notice.utterance,
  };
  if (known !== -1) return items.with(known, item);
  // Words can arrive after the answer to them has begun; they still belong above it.
  const answer = items.findLastIndex(
    (other) =>
      other.kind === 'reply' &&
      other.status === 'running' &&
      notice.utterance !== null &&
      other.utterance === notice.utterance,
  );
  return answer === -1 ? appended(items, item) : items.toSpliced(answer, 0, item);
}

function withReply(
  items: Conversation,
  id: string,
  change: (reply: ReplyItem) => ReplyItem,
): Conversation {
  const position = items.findLastIndex((item) => item.kind === 'reply' && item.id === id);
  const reply = items[position];
  if (reply?.kind !== 'reply') return items;
  const changed = change(reply);
  return changed === reply ? items : items.with(position, changed);
}

function withChunk(chunks: readonly ReplyChunk[], chunk: ReplyChunk): readonly ReplyChunk[] {
  const known = chunks.findIndex((other) => other.index === chunk.index);
  if (known !== -1) return chunks.with(known, chunk);
  const after = chunks.findIndex((other) => other.index > chunk.index);
  if (after !== -1) return chunks.toSpliced(after, 0, chunk);
  const last = chunks.at(-1);
  return last !== undefined && isRestOf(last, chunk)
    ? [...chunks.slice(0, -1), withoutRest(last, chunk), chunk]
    : [...chunks, chunk];
}

/** A voice broke off in its last words, and the page says them once more: shown once. */
function isRestOf(last: ReplyChunk, chunk: ReplyChunk): boolean {
  return chunk.byPage && !last.byPage && last.text.trimEnd().endsWith(chunk.text.trim());
}

function withoutRest(last: ReplyChunk, chunk: ReplyChunk): ReplyChunk {
  return { ...last, text: last.text.trimEnd().slice(0, -chunk.text.trim().length).trimEnd() };
}

function appended(items: Conversation, item: ConversationItem): Conversation {
  return [...items, item].slice(-MAX_CONVERSATION_ITEMS);
}
