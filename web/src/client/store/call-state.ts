import type { CloseReason } from '@parley/shared/close-codes';
import type { SessionDescription } from '@parley/shared';
import type {
  MicrophoneResult,
  CallPhase,
  EndOfTurnPrediction,
  MediaNotice,
} from '../messages/media-messages.ts';
import {
  type CallCost,
  type CallEnding,
  type CallError,
  type ContinuedConversation,
  type Outage,
  callFigures,
  microphoneAfter,
  talkedInto,
  type MicrophoneState,
  withError,
  withOutage,
  type CallFigures,
  withheld,
} from './call-facts.ts';
import { ladderAfter, ladderAfterSession, ladderOf, type Ladder } from './ladder.ts';
import {
  conversationAfter,
  withCallOver,
  withDivider,
  withEarlier,
  withPlayback,
  withSessionReplaced,
  withTypedText,
  type ContentNotice,
  type ConversationState,
  type Playback,
} from './conversation-state.ts';

/** Whether there is a call at all; `phase` says what a running one is doing. */
export type Standing =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'over'; readonly reason: CloseReason };

export interface CallState {
  readonly standing: Standing;
  readonly phase: CallPhase;
  readonly microphone: MicrophoneState;
  readonly muted: boolean;
  /** The person chose to be heard only while they hold a button. */
  readonly holds: boolean;
  /** The system keeps this from the call for the time being. */
  readonly withheld: 'nothing' | 'sound' | 'microphone' | 'signal';
  /** The microphone hears the voice so loud that the person cannot be heard over it. */
  readonly hearsItself: boolean;
  /** Push-to-talk is being held. */
  readonly held: boolean;
  readonly vad: 'loading' | 'ready' | 'failed';
  readonly session: SessionDescription | null;
  /** Since when there is a session in which the person can talk, or has typed; null before that. */
  readonly talkSinceMs: number | null;
  /** The provider of each stage; null before there is a session. */
  readonly ladder: Ladder | null;
  readonly conversation: ConversationState;
  /**
   * Of the reply that is heard. Apart from the conversation, so that the voice's going on, ten times a
   * second, renders nothing: see `followVoice`.
   */
  readonly playback: Playback | null;
  /** While the person pauses: how soon their turn is taken as over. */
  readonly endOfTurn: EndOfTurnPrediction | null;
  /** The last utterance was heard, and nothing was understood of it. */
  readonly notUnderstood: boolean;
  /** What is said arrives late, and is sent compressed. */
  readonly isLineLate: boolean;
  /** The earlier conversation that the call continues; null if it is a new one. */
  readonly continues: string | null;
  /** The id that this conversation is kept under, to continue it; null if it is not, or not yet. */
  readonly keptAs: string | null;
  /** Since when the relay cannot be reached, with or without a call; null while it can. */
  readonly outage: Outage | null;
  readonly error: CallError | null;
  /** What the session has cost so far; null before the relay has said. */
  readonly cost: CallCost | null;
  /** The relay will end the call soon; null if it will not, as far as is known. */
  readonly ending: CallEnding | null;
  /** In how long, from when on the page's clock, the next timer rings; null if none runs. */
  readonly timer: { readonly inMs: number; readonly atMs: number } | null;
  /** Of the call that is over; null before one is. */
  readonly figures: CallFigures | null;
}

export type CallAction =
  | { readonly type: 'notice'; readonly notice: MediaNotice; readonly atMs: number }
  | {
      readonly type: 'call-started';
      readonly microphone: boolean;
      readonly dividerId: string;
      readonly earlier: ContinuedConversation | null;
    }
  | { readonly type: 'microphone-asked' }
  | { readonly type: 'microphone-answered'; readonly result: MicrophoneResult }
  | { readonly type: 'text-sent'; readonly itemId: string; readonly text: string }
  | { readonly type: 'muted'; readonly muted: boolean }
  /** Speech is heard only while a button is held, from now on or no more. */
  | { readonly type: 'holds'; readonly holds: boolean }
  | { readonly type: 'held'; readonly held: boolean }
  | { readonly type: 'call-ended'; readonly reason: CloseReason; readonly atMs: number }
  | { readonly type: 'relay-asked'; readonly isThere: boolean; readonly atMs: number }
  /** The person signed out or had their data deleted: what was said must not stay on the screen. */
  | { readonly type: 'forgotten' }
  /** Something is wrong, whether there is a call or not. */
  | ({ readonly type: 'complained' } & CallError)
  | { readonly type: 'error-dismissed' };

const OF_NO_SESSION = { cost: null, ending: null, timer: null } as const;

export const INITIAL_CALL_STATE: CallState = {
  standing: { kind: 'none' },
  phase: 'idle',
  microphone: { kind: 'unknown' },
  muted: false,
  holds: false,
  withheld: 'nothing',
  hearsItself: false,
  held: false,
  vad: 'loading',
  session: null,
  talkSinceMs: null,
  ladder: null,
  conversation: [],
  playback: null,
  endOfTurn: null,
  notUnderstood: false,
  isLineLate: false,
  continues: null,
  keptAs: null,
  outage: null,
  error: null,
  ...OF_NO_SESSION,
  figures: null,
};

/** The only way the call's state changes. */
export function callStateAfter(state: CallState, action: CallAction): CallState {
  switch (action.type) {
    case 'notice':
      return withClock(afterNotice(state, action.notice, action.atMs), action.atMs);
    case 'call-started':
      return {
        ...INITIAL_CALL_STATE,
        vad: state.vad,
        outage: state.outage,
        standing: { kind: 'running' },
        phase: 'starting',
        microphone: { kind: action.microphone ? 'asking' : 'unwanted' },
        conversation:
          action.earlier === null
            ? withDivider(state.conversation, action.dividerId)
            : withEarlier(action.earlier.items, action.dividerId),
        continues: action.earlier?.id ?? null,
        keptAs: action.earlier?.id ?? null,
      };
    case 'microphone-asked':
      return { ...state, microphone: { kind: 'asking' } };
    case 'microphone-answered':
      return { ...state, microphone: microphoneAfter(action.result) };
    case 'text-sent':
      return {
        ...state,
        error: null,
        notUnderstood: false,
        conversation: withTypedText(state.conversation, action.itemId, action.text),
      };
    case 'muted':
      return { ...state, muted: action.muted };
    case 'holds':
      return { ...state, holds: action.holds, muted: action.holds };
    case 'held':
      return state.held === action.held ? state : { ...state, held: action.held };
    case 'call-ended':
      return ended(state, action.reason, action.atMs);
    case 'forgotten':
      return { ...INITIAL_CALL_STATE, vad: state.vad, outage: state.outage };
    case 'relay-asked':
      return action.isThere ? { ...state, outage: null } : withOutage(state, action.atMs, {});
    case 'complained':
      return { ...state, error: { code: action.code, message: action.message } };
    case 'error-dismissed':
      return { ...state, error: null };
  }
}

function afterNotice(state: CallState, notice: MediaNotice, atMs: number): CallState {
  // The notices of a call that was hung up are ignored; the VAD outlives calls.
  if (state.standing.kind !== 'running' && notice.type !== 'vad') return state;
  switch (notice.type) {
    case 'phase':
      return withPhase(state, notice.phase);
    case 'vad':
      return { ...state, vad: notice.state };
    case 'session':
      return {
        ...state,
        outage: null,
        keptAs: notice.conversationId ?? state.keptAs,
        session: notice.session,
        ladder:
          state.ladder === null || state.session?.id !== notice.session.id
            ? ladderOf(notice.session.providers, atMs)
            : ladderAfterSession(state.ladder, notice.session.providers, atMs),
      };
    case 'microphone':
      if (state.microphone.kind === 'unwanted') return state;
      return { ...state, microphone: microphoneAfter(notice.result) };
    case 'unreachable':
      return withOutage(state, atMs, {
        nextTryAtMs: notice.retryInMs ? atMs + notice.retryInMs : null,
      });
    case 'usage': {
      const { costUsd: usd, budgetUsd, isWarning } = notice;
      return { ...state, cost: { usd, budgetUsd, isWarning } };
    }
    case 'ending':
      return { ...state, ending: { reason: notice.reason, atMs: atMs + notice.inMs } };
    case 'timer':
      return { ...state, timer: notice.inMs === null ? null : { inMs: notice.inMs, atMs } };
    case 'session-replaced':
      return {
        ...state,
        ...OF_NO_SESSION,
        conversation: withSessionReplaced(
          state.conversation,
          `replaced-${atMs}`,
          state.continues !== null,
        ),
      };
    case 'stage-changed':
    case 'page-ability':
      if (state.ladder === null) return state;
      return { ...state, ladder: ladderAfter(state.ladder, notice, atMs) };
    case 'end-of-turn':
      return { ...state, endOfTurn: notice.prediction };
    case 'user-transcript':
      return withConversation(state, notice, notice.state === 'final' && notice.text.trim() === '');
    case 'response-progress':
      return withProgress(state, notice);
    case 'interruption-decided':
    case 'response-started':
    case 'response-text':
    case 'response-timed':
    case 'response-voiced':
    case 'response-ended':
      return withConversation(state, notice, state.notUnderstood);
    case 'error':
      return withError(state, atMs, notice);
    case 'closed':
      return ended(state, notice.reason, atMs);
    case 'withheld':
      return { ...state, withheld: withheld(notice) };
    case 'line':
      return { ...state, isLineLate: notice.isLate };
    case 'echo':
      return { ...state, hearsItself: notice.isHopeless };
    case 'microphone-switched':
      return { ...state, microphone: { kind: 'granted', switchedTo: notice.label } };
    case 'signed-in':
    case 'detector-checked':
    case 'turn-measured':
    case 'levels':
    case 'tool-ended':
    case 'stats':
    case 'debug':
      return state;
  }
}

/** A call whose microphone is asked for, or was refused, begins with what is typed. */
function withClock(state: CallState, atMs: number): CallState {
  const { session, talkSinceMs, microphone, conversation } = state;
  if (session === null || talkSinceMs !== null) return state;
  const canTalk = microphone.kind !== 'asking' && microphone.kind !== 'refused';
  const hasTyped = (conversation.at(-1)?.kind ?? 'divider') !== 'divider';
  return canTalk || hasTyped ? { ...state, talkSinceMs: atMs } : state;
}

function withProgress(state: CallState, { responseId, playedMs }: Playback): CallState {
  const before = state.playback;
  const isAnother = before !== null && before.responseId !== responseId;
  return {
    ...state,
    playback: { responseId, playedMs },
    conversation: isAnother ? withPlayback(state.conversation, before) : state.conversation,
  };
}

function withConversation(
  state: CallState,
  notice: ContentNotice,
  notUnderstood: boolean,
): CallState {
  const conversation = conversationAfter(state.conversation, notice);
  const isSame = conversation === state.conversation && notUnderstood === state.notUnderstood;
  return isSame ? state : { ...state, conversation, notUnderstood };
}

function withPhase(state: CallState, phase: CallPhase): CallState {
  if (phase === state.phase) return state;
  return {
    ...state,
    phase,
    outage: phase === 'reconnecting' ? state.outage : null,
    // A new attempt at being heard makes the last complaint stale.
    ...(phase === 'hearing' || phase === 'speaking' ? { error: null, notUnderstood: false } : {}),
    microphone: phase === 'thinking' ? talkedInto(state.microphone) : state.microphone,
  };
}

function ended(state: CallState, reason: CloseReason, atMs: number): CallState {
  if (state.standing.kind !== 'running') return state;
  return {
    ...INITIAL_CALL_STATE,
    vad: state.vad,
    outage: state.outage,
    error: state.error,
    standing: { kind: 'over', reason },
    phase: 'ended',
    microphone: state.microphone.kind === 'refused' ? state.microphone : { kind: 'unknown' },
    conversation: withCallOver(state.conversation, state.playback),
    keptAs: state.keptAs,
    figures: callFigures(state.talkSinceMs, state.cost, atMs),
  };
}
