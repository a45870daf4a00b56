import type { ConversationNotice } from '../messages/media-messages.ts';
import {
  captionOf,
  joinTexts,
  withPart,
  withTiming,
  type PartVoice,
  type PlaybackPosition,
  type ReplyCaption,
  type ReplyPart,
} from './reply-caption.ts';

export interface UserItem {
  readonly kind: 'user';
  readonly id: string;
  readonly text: string;
  /**
   * `partial` may still change; of `unrecognised` no words were made out; `failed` was lost by the
   * recogniser.
   */
  readonly state: 'partial' | 'final' | 'unrecognised' | 'failed' | 'typed';
  readonly utterance: number | null;
}

export interface ReplyItem extends PlaybackPosition {
  readonly kind: 'reply';
  readonly id: string;
  readonly trigger: Extract<ConversationNotice, { type: 'response-started' }>['trigger'];
  readonly utterance: number | null;
  readonly spoken: boolean;
  readonly parts: readonly ReplyPart[];
  readonly status: 'running' | 'completed' | 'interrupted' | 'failed';
  /** What the person could say next. */
  readonly suggestions?: readonly string[] | undefined;
}

export interface DividerItem {
  readonly kind: 'divider';
  readonly id: string;
  readonly reason:
    /** Another call begins, which knows nothing of what is above. */
    | 'new-call'
    /** A call begins that continues the conversation above. */
    | 'continued'
    /** The session was lost within a call, with all that was said. */
    | 'session-replaced'
    /** The session was lost, and the one after it read what was said from the history. */
    | 'session-reread';
}

export type ConversationItem = UserItem | ReplyItem | DividerItem;
export type ConversationState = readonly ConversationItem[];

/** Older items leave, so that a day-long call does not grow without bound. */
export const MAX_CONVERSATION_ITEMS = 200;

/** How far the voice of a running reply has come. */
export interface Playback {
  readonly responseId: string;
  readonly playedMs: number;
}

/** What changes a conversation; how far its voice has come is a `Playback`. */
export type ContentNotice = Exclude<ConversationNotice, { type: 'response-progress' }>;

/** What a notice makes of the conversation; the same conversation if it changes nothing. */
export function conversationAfter(
  items: ConversationState,
  notice: ContentNotice,
): ConversationState {
  switch (notice.type) {
    case 'user-transcript':
      return withTranscript(items, notice);
    case 'interruption-decided':
      // Of a backchannel nothing is kept.
      return notice.interrupted ? items : withoutPartial(items, notice.utterance);
    case 'response-started':
      if (items.some((item) => item.kind === 'reply' && item.id === notice.responseId))
        return items;
      return appended(items, {
        kind: 'reply',
        id: notice.responseId,
        trigger: notice.trigger,
        utterance: notice.utterance,
        spoken: notice.spoken,
        parts: [],
        playedMs: 0,
        voicedClause: null,
        status: 'running',
      });
    case 'response-text':
      return withReply(items, notice.responseId, (reply) => ({
        ...reply,
        parts: withPart(reply.parts, {
          clause: notice.clause,
          fromCharacter: notice.fromCharacter,
          text: notice.text,
          voice: voiceOf(notice),
        }),
      }));
    case 'response-timed':
      return withReply(items, notice.responseId, (reply) => ({
        ...reply,
        parts: withTiming(reply.parts, notice.clause, {
          startMs: notice.audioStartMs,
          audioMs: notice.audioMs,
          wordEndsMs: notice.wordEndsMs,
        }),
      }));
    case 'response-voiced':
      return withReply(items, notice.responseId, (reply) =>
        notice.clause > (reply.voicedClause ?? -1)
          ? { ...reply, voicedClause: notice.clause }
          : reply,
      );
    case 'response-ended':
      return withReply(items, notice.responseId, (reply) => ({
        ...reply,
        playedMs: notice.heardMs,
        status: notice.status === 'cancelled' ? 'interrupted' : notice.status,
        // Of what was not heard to its end nothing goes on.
        suggestions: notice.status === 'completed' ? notice.suggestions : undefined,
      }));
  }
}

export function withTypedText(
  items: ConversationState,
  id: string,
  text: string,
): ConversationState {
  return appended(items, { kind: 'user', id, text, state: 'typed', utterance: null });
}

/** Marks the beginning of another call; an empty conversation needs no mark. */
export function withDivider(items: ConversationState, id: string): ConversationState {
  const last = items.at(-1);
  if (last === undefined || last.kind === 'divider') return items;
  return appended(items, { kind: 'divider', id, reason: 'new-call' });
}

/** An earlier conversation, with the mark from which a call continues it. */
export function withEarlier(earlier: ConversationState, dividerId: string): ConversationState {
  return appended(earlier, { kind: 'divider', id: dividerId, reason: 'continued' });
}

/**
 * Marks the point at which the relay has lost a session, and its timers with it.
 *
 * @param isReread - the session after it knows what was said all the same
 */
export function withSessionReplaced(
  items: ConversationState,
  id: string,
  isReread = false,
): ConversationState {
  if (items.length === 0 || items.some((item) => item.id === id)) return items;
  const reason = isReread ? 'session-reread' : 'session-replaced';
  return appended(items, { kind: 'divider', id, reason });
}

/** Takes down how far a reply was heard whose voice goes on no more. */
export function withPlayback(
  items: ConversationState,
  playback: Playback | null,
): ConversationState {
  if (playback === null) return items;
  const { responseId, playedMs } = playback;
  return withReply(items, responseId, (reply) =>
    reply.status === 'running' ? { ...reply, playedMs } : reply,
  );
}

/** Words still being said when the call ended were not heard to their end. */
export function withCallOver(
  items: ConversationState,
  playback: Playback | null,
): ConversationState {
  return withPlayback(items, playback).map((item) =>
    item.kind === 'reply' && item.status === 'running' ? { ...item, status: 'interrupted' } : item,
  );
}

/** What to show of a reply: all of it, or what was heard and what was not. */
export function replyCaption(reply: ReplyItem): ReplyCaption {
  if (!reply.spoken || reply.status === 'completed' || reply.status === 'failed') {
    const heard = joinTexts(reply.parts.map(({ text }) => text));
    return { heard, begun: '', coming: '', unheard: '' };
  }
  const caption = captionOf(reply.parts, reply);
  return reply.status === 'running' ? caption : { ...caption, begun: '', coming: '' };
}

function withTranscript(
  items: ConversationState,
  notice: Extract<ConversationNotice, { type: 'user-transcript' }>,
): ConversationState {
  const known = items.findIndex((item) => item.kind === 'user' && item.id === notice.itemId);
  const text = notice.text.trim();
  // A final transcript without words is a cough or a slammed door: nothing was said.
  if (text === '' && (notice.state === 'partial' || notice.state === 'final')) {
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
  return appended(items, item, placeOf(items, notice.utterance));
}

function withoutPartial(items: ConversationState, utterance: number): ConversationState {
  const position = items.findLastIndex(
    (item) => item.kind === 'user' && item.state === 'partial' && item.utterance === utterance,
  );
  return position === -1 ? items : items.toSpliced(position, 1);
}

/** Where the first words of an utterance belong, in the order of speaking. */
function placeOf(items: ConversationState, utterance: number | null): number {
  // They can arrive after the answer to them has begun; they still belong above it.
  const answer = items.findLastIndex(
    (item) =>
      item.kind === 'reply' &&
      item.status === 'running' &&
      utterance !== null &&
      item.utterance === utterance,
  );
  if (answer !== -1) return answer;
  // A later utterance may show its first words earlier, and what was typed is there at once.
  let place = items.length;
  while (place > 0 && isLater(items[place - 1]!, utterance)) place -= 1;
  return place;
}

function isLater(item: ConversationItem, utterance: number | null): boolean {
  if (item.kind !== 'user') return false;
  if (item.state === 'typed') return true;
  return item.state === 'partial' && (item.utterance ?? 0) > (utterance ?? Infinity);
}

function withReply(
  items: ConversationState,
  id: string,
  change: (reply: ReplyItem) => ReplyItem,
): ConversationState {
  const position = items.findLastIndex((item) => item.kind === 'reply' && item.id === id);
  const reply = items[position];
  if (reply?.kind !== 'reply') return items;
  const changed = change(reply);
  return changed === reply ? items : items.with(position, changed);
}

function voiceOf({
  audioStartMs,
  byPage,
}: Extract<ConversationNotice, { type: 'response-text' }>): PartVoice {
  if (byPage) return { kind: 'page' };
  if (audioStartMs === null) return { kind: 'none' };
  return { kind: 'relay', startMs: audioStartMs, audioMs: null, wordEndsMs: [] };
}

function appended(
  items: ConversationState,
  item: ConversationItem,
  place = items.length,
): ConversationState {
  return items.toSpliced(place, 0, item).slice(-MAX_CONVERSATION_ITEMS);
}
