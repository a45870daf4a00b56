import type { StoreApi } from 'zustand/vanilla';
import type { CloseReason } from '@parley/shared/close-codes';
import type { CallPhase, MeasuredTurn, MediaNotice } from '../messages/media-messages.ts';
import type { ToolEnd } from '../messages/page-requests.ts';
import type { CallCost, CallError, CallFigures } from './call-facts.ts';
import type { CallState } from './call-state.ts';
import { replyCaption, type ConversationItem, type Playback } from './conversation-state.ts';

/** What either side says, as far as it is known. */
export interface Caption {
  readonly side: 'person' | 'parley';
  /** Of the utterance or the answer: a later caption of it takes the place of this one. */
  readonly id: string;
  /** What was recognised or typed; of an answer the words that were spoken so far. */
  readonly text: string;
  /** No other caption of it follows. */
  readonly isFinal: boolean;
}

/** What `Call.on` reports, by name. */
export interface CallEvents {
  /** Anything in `call.state` has changed. */
  readonly state: CallState;
  readonly phase: CallPhase;
  /** Word by word, of both sides. */
  readonly caption: Caption;
  /** How long an answer took, and which part of the work took how much of it. */
  readonly turn: MeasuredTurn;
  /** Another provider has taken over a stage's work, and why. */
  readonly degraded: Extract<MediaNotice, { type: 'stage-changed' }>;
  /** The better one does it again. */
  readonly restored: Extract<MediaNotice, { type: 'stage-changed' }>;
  /** One of the page's functions was called, and what came of it. */
  readonly tool: ToolEnd;
  /** What the call has cost so far. */
  readonly cost: CallCost;
  readonly error: CallError;
  readonly ended: { readonly reason: CloseReason; readonly figures: CallFigures | null };
}

type Source<Input extends readonly unknown[], Name extends keyof CallEvents> = {
  readonly [name in Name]: (...input: Input) => readonly CallEvents[name][];
};

type NoticeEvent = 'turn' | 'degraded' | 'restored' | 'tool';
type StateEvent = Exclude<keyof CallEvents, NoticeEvent>;

const OF_NOTICES: Source<[notice: MediaNotice], NoticeEvent> = {
  turn: (notice) => (notice.type === 'turn-measured' ? [notice.turn] : []),
  degraded: (notice) => (notice.type === 'stage-changed' && notice.reason ? [notice] : []),
  restored: (notice) => (notice.type === 'stage-changed' && !notice.reason ? [notice] : []),
  tool: (notice) => (notice.type === 'tool-ended' ? [notice] : []),
};

const OF_STATES: Source<[now: CallState, before: CallState], StateEvent> = {
  state: (now) => [now],
  phase: (now, before) => (now.phase === before.phase ? [] : [now.phase]),
  caption: captions,
  cost: ({ cost }, before) => (cost === null || cost === before.cost ? [] : [cost]),
  error: ({ error }, before) => (error === null || error === before.error ? [] : [error]),
  ended: ({ standing, figures }, before) =>
    standing.kind === 'over' && before.standing.kind !== 'over'
      ? [{ reason: standing.reason, figures }]
      : [],
};

/** Reports the events of a name from the state `since` on, until `signal`. */
export function onCallEvent<Name extends keyof CallEvents>(
  call: {
    readonly state: Pick<StoreApi<CallState>, 'getState' | 'subscribe'>;
    subscribe(listener: (notice: MediaNotice) => void): () => void;
  },
  {
    name,
    listener,
    since,
    signal,
  }: {
    readonly name: Name;
    readonly listener: (event: CallEvents[Name]) => void;
    readonly since: CallState;
    readonly signal: AbortSignal;
  },
): void {
  if (signal.aborted) return;
  const pass = (events: readonly unknown[]) => {
    for (const event of events) listener(event as CallEvents[Name]);
  };
  const subscribe = (): (() => void) => {
    if (isOfNotices(name)) return call.subscribe((notice) => pass(OF_NOTICES[name](notice)));
    const read: (typeof OF_STATES)[StateEvent] = OF_STATES[name as StateEvent];
    const now = call.state.getState();
    if (now !== since) pass(read(now, since));
    return call.state.subscribe((state, before) => pass(read(state, before)));
  };
  const end = subscribe();
  // The listener may have had enough with the first of them.
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
}

function isOfNotices(name: keyof CallEvents): name is NoticeEvent {
  return Object.hasOwn(OF_NOTICES, name);
}

/** Of what was said or heard since. */
function captions(now: CallState, before: CallState): readonly Caption[] {
  if (now.conversation === before.conversation && now.playback === before.playback) return [];
  const known = new Map(before.conversation.map((item) => [item.id, item]));
  return now.conversation.flatMap((item) => {
    const earlier = known.get(item.id);
    const isPlayed = item.id === now.playback?.responseId;
    if (item === earlier && !isPlayed) return [];
    const caption = captionIn(item, now.playback);
    const last = earlier && captionIn(earlier, before.playback);
    if (caption === undefined || caption.text === '') return [];
    return caption.text === last?.text && caption.isFinal === last.isFinal ? [] : [caption];
  });
}

function captionIn(item: ConversationItem, playback: Playback | null): Caption | undefined {
  const { id } = item;
  if (item.kind === 'user') {
    return { side: 'person', id, text: item.text, isFinal: item.state !== 'partial' };
  }
  if (item.kind !== 'reply') return undefined;
  const isPlayed = item.status === 'running' && playback?.responseId === id;
  const { heard, begun } = replyCaption(isPlayed ? { ...item, playedMs: playback.playedMs } : item);
  return { side: 'parley', id, text: heard + begun, isFinal: item.status !== 'running' };
}
