import type {
  AudioCodec,
  CloseReasonName,
  EndOfTurnReason,
  ErrorCode,
  LatencyMarks,
  Usage,
  Stage,
} from '@parley/shared';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import type { Identity } from '../../people/auth/identity.ts';
import type { ClauseKind } from '../stages/synthesizer/clause-track.ts';
import type { BudgetScope } from '../../people/metering/caps.ts';
import type { ProviderUse } from '../stages/provider.ts';

/** How an utterance that began while a reply was heard was judged. */
export type BargeInVerdict =
  /** The person takes the turn. */
  | 'interruption'
  /** The person wants silence, and no answer. */
  | 'stop'
  /** The person only listens, aloud; or made a sound. */
  | 'backchannel';

/** The audio of a call so far. */
export interface AudioTraffic {
  /** Frames and bytes that arrived, those that were refused included. */
  readonly framesIn: number;
  readonly bytesIn: number;
  /** Frames of voice that were sent, those of a replay once. */
  readonly framesOut: number;
  /** Bytes that wait in the socket now. */
  readonly bufferedBytes: number;
}

/** What every event of a call says of itself. */
export interface CallEventStamp {
  /** ms since 1970. */
  readonly atMs: number;
  readonly sessionId: string;
  readonly userId: string;
}

/** One turn: what a person said or typed, or what is said unasked, and the reply to it. */
interface OfTurn {
  readonly turnId: string;
}

interface OfUtterance extends OfTurn {
  readonly itemId: string;
  /** The client's number for it. */
  readonly utterance: number;
}

interface OfReply extends OfTurn {
  readonly responseId: string;
}

/** What ended the person's turn. */
export type TurnEnd =
  /** The client heard silence after speech. */
  | 'speech-stopped'
  /** The silence after speech lasted for as long as the words asked for. */
  | 'endpointed'
  /** The client said so, e.g. when a key was released. */
  | 'committed'
  | 'too-long'
  /** Audio stopped arriving. */
  | 'no-audio'
  /** The next utterance began. */
  | 'interrupted'
  | 'typed'
  /** The client asked for an answer to what was said before. */
  | 'requested';

export type TurnOutcome =
  /** The turn had a reply; `reply-done` says how it ended. */
  | 'replied'
  /** Only noise, or silence. */
  | 'no-words'
  /** The person only listened, aloud: the reply before goes on. */
  | 'backchannel'
  /** The person wanted silence, and no answer. */
  | 'stopped'
  | 'discarded'
  /** The person has said more: the answer to a later turn answers these words too. */
  | 'continued'
  /** The words are lost. The apology is a turn of its own, after the answer to other words. */
  | 'failed';

export type Limit =
  | 'messages'
  | 'control-messages'
  | 'audio-rate'
  | 'mistakes'
  | 'turns'
  | 'text-length'
  | 'utterance-length'
  | 'session-duration'
  | 'idle'
  | 'budget'
  | 'send-buffer'
  | 'replay-memory';

/**
 * Something that happened in a call. Free of audio and secrets; the words people say stand only in
 * `speech`; an observer that writes for others to read leaves that out.
 */
export type CallEventBody =
  | {
      readonly type: 'session-started';
      readonly conversationId: string;
      readonly kind: Identity['kind'];
      readonly plan: string;
      /** The program that calls, in a word or two. */
      readonly client: string;
      /** What the client calls the session by; any text, so not the label of a metric. */
      readonly tags?: readonly string[] | undefined;
      /** It began in another relay: when, ms since 1970, and whether anything was answered there. */
      readonly before?: { readonly startedAtMs: number; readonly hadReplies: boolean } | undefined;
    }
  | { readonly type: 'session-resumed' }
  /** Another relay goes on with the call: turns that are open now are heard and answered there. */
  | { readonly type: 'session-moved' }
  | { readonly type: 'connection-lost'; readonly closeCode: number }
  /** What the client knows of its line; once a second at the most. */
  | {
      readonly type: 'line-reported';
      /** Of the speech that was sent last. */
      readonly codec: AudioCodec;
      readonly sockets: number;
      readonly rttMs: number;
      /** Share of packets that are lost, an estimate, 0–1. */
      readonly loss: number;
    }
  | {
      readonly type: 'session-ended';
      readonly reason: CloseReasonName;
      readonly durationMs: number;
      readonly traffic: AudioTraffic;
    }
  | ({ readonly type: 'utterance-started' } & OfUtterance)
  | ({
      readonly type: 'utterance-final';
      readonly provider: string;
      readonly audioMs: number;
      /**
       * From the end of the audio to the final words, without the wait for earlier utterances; null
       * if no end was received.
       */
      readonly finalMs: number | null;
      /** The person spoke, but the words could not be made out. */
      readonly isUnrecognised: boolean;
      readonly speech: { readonly text: string };
    } & OfUtterance)
  | ({
      readonly type: 'utterance-failed';
      readonly code: ErrorCode;
      readonly provider: string;
      /** The response that apologises; null if that comes later, after an answer to other words. */
      readonly responseId: string | null;
      /** PCM16 at 16 kHz, or Opus. */
      readonly audio: () => readonly SpeechAudio[];
    } & OfUtterance)
  /** The utterance was not speech after all, or the session ended first. */
  | ({ readonly type: 'utterance-discarded'; readonly audioMs: number } & OfUtterance)
  | ({
      readonly type: 'text-typed';
      readonly itemId: string;
      readonly speech: { readonly text: string };
    } & OfTurn)
  | ({
      readonly type: 'turn-decided';
      readonly why: TurnEnd;
      /** From the true end of speech to this decision; null if the client did not say when. */
      readonly afterMs: number | null;
    } & OfTurn)
  /** In a pause, and again when more is known: how likely it is that the person has finished. */
  | ({
      readonly type: 'end-of-turn-predicted';
      readonly probability: number;
      /** Silence after which the turn is taken as over. */
      readonly delayMs: number;
      readonly reasons: readonly EndOfTurnReason[];
    } & OfTurn)
  /** How an utterance is judged that began while the reply was heard. */
  | ({
      readonly type: 'barge-in-decided';
      readonly verdict: BargeInVerdict;
      /** From the onset of speech, ms. */
      readonly afterMs: number;
    } & OfReply)
  | ({
      readonly type: 'reply-started';
      readonly trigger: 'speech' | 'text' | 'timer' | 'request' | 'notice';
    } & OfReply)
  /** A clause went out whole, or is there to be read; `reply-interrupted` says if less was heard. */
  | ({
      readonly type: 'clause-heard';
      readonly clause: number;
      readonly kind: ClauseKind;
      readonly speech: { readonly text: string };
    } & OfReply)
  /** The client stopped the voice; it may say so after `reply-done`, and more than once. */
  | ({
      readonly type: 'reply-interrupted';
      /** Playback position, ms. */
      readonly playedMs: number;
      /** The first clause that was not heard to its end, and how many of its words were. */
      readonly clause: number;
      readonly words: number;
      /** All that was heard of the reply, fillers aside. */
      readonly speech: { readonly text: string };
    } & OfReply)
  | ({
      readonly type: 'reply-done';
      readonly status: 'completed' | 'cancelled' | 'failed';
      readonly code: ErrorCode | null;
      /** Instants on the session clock. */
      readonly timeline: LatencyMarks;
      readonly usage: Usage;
      /** The provider that served each stage; a stage that was not used, or failed, is left out. */
      readonly providers: { readonly [stage in Stage]?: string };
      /** What was heard as far as is known, and all that was written; fillers aside. */
      readonly speech: { readonly text: string; readonly written: string };
    } & OfReply)
  /** Once for each turn. Only how much of its reply was heard can follow. */
  | ({ readonly type: 'turn-ended'; readonly outcome: TurnOutcome } & OfTurn)
  | ({
      readonly type: 'provider-attempted';
      readonly stage: Stage;
      readonly provider: string;
      readonly outcome: 'succeeded' | 'failed' | 'abandoned';
      readonly durationMs: number;
      /** The adapter's word for what went wrong. */
      readonly fault: string | null;
    } & Partial<OfTurn>)
  /** Once for each attempt that took something, before its turn ends. */
  | ({ readonly type: 'provider-used' } & ProviderUse & Partial<OfTurn>)
  | ({
      readonly type: 'provider-failed-over';
      readonly stage: Stage;
      readonly from: string;
      readonly to: string;
      readonly reason: ErrorCode;
    } & Partial<OfTurn>)
  /** Another provider works at a stage from now on; this call's client is informed. */
  | {
      readonly type: 'stage-changed';
      readonly stage: Stage;
      readonly from: string;
      readonly to: string;
      /** null if `to` is the better one. */
      readonly reason: ErrorCode | null;
    }
  /** The beginning of the conversation is remembered in few words from now on. */
  | {
      readonly type: 'history-summarised';
      /**
       * `forgotten`: not even that; `failed`, or `interrupted` by the next turn: it is tried again
       * after the next answer.
       */
      readonly outcome: 'summarised' | 'forgotten' | 'failed' | 'interrupted';
      /** null if none wrote it. */
      readonly provider: string | null;
      /** How many messages the summary replaces. */
      readonly messages: number;
      readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
      readonly durationMs: number;
    }
  /** The person has agreed to it; what is recorded stands in a file that is named by the session. */
  | { readonly type: 'recording-started' }
  /** `failed`: the disk did. */
  | { readonly type: 'recording-ended'; readonly how: 'stopped' | 'failed' }
  | { readonly type: 'limit-hit'; readonly limit: Limit }
  /** Most of a budget is used up; once for each in a session. */
  | { readonly type: 'budget-warning'; readonly scope: BudgetScope }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly requestId: string };

export type CallEvent = CallEventBody & CallEventStamp;
export type CallEventOf<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;

/** Informs the observers; never throws and never waits. */
export type EmitCallEvent = (event: CallEventBody) => void;
