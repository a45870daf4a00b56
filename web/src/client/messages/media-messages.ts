import type {
  CloseReason,
  Eagerness,
  EndOfTurnReason,
  ErrorCode,
  LatencySegment,
  LatencyTimeline,
  RelayEventOf,
  SessionDescription,
  Usage,
  Stage,
} from '@parley/shared';
import type { LineChoice } from '@parley/shared/link/line-state';
import type { DetectorCheck } from './detector-check.ts';
import type { DebugEntry, MediaStats } from './debug-messages.ts';
import type { OutputInstant } from './playback-messages.ts';
import type {
  AssistantCommand,
  AssistantOffer,
  BrowserModelCommand,
  ToolEnd,
} from './page-requests.ts';

/** Why the microphone is missing; each needs other words. */
export type MicrophoneRefusal =
  | 'denied'
  /** The page's policy, or that of the page around its frame, forbids it: no person is asked. */
  | 'not-here'
  | 'dismissed'
  | 'not-found'
  | 'in-use'
  | 'insecure-context'
  | 'unsupported'
  /** The microphone was unplugged or taken away during the call, and no other is left. */
  | 'lost'
  | 'failed';

export type MicrophoneResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: MicrophoneRefusal };

/**
 * What interrupts Parley while it speaks: the person's voice; only a key, a button or a tap; or the
 * voice unless the microphone hears Parley so loud that it would interrupt itself.
 */
export const INTERRUPTIONS = ['automatic', 'voice', 'button'] as const;

export type Interruption = (typeof INTERRUPTIONS)[number];

/** What a person chooses of a call, before it or while it runs. */
export interface CallChoices {
  /** null: the relay's own. */
  readonly voice: string | null;
  /** BCP 47; the relay's own if it is null, or not offered any more. */
  readonly language: string | null;
  /** How soon the relay takes a turn as over once the person has fallen silent. */
  readonly eagerness: Eagerness;
  readonly interruption: Interruption;
  /** A factor of the voice's own pace; the nearest that the voice has is taken. */
  readonly speed: number;
  /** How speech is sent. */
  readonly line: LineChoice;
}

/** What is undefined stays as it is. */
export type ChangedChoices = {
  readonly [name in keyof CallChoices]?: CallChoices[name] | undefined;
};

/** How a call signs in. */
export type Credentials =
  | { readonly kind: 'account'; readonly token: string }
  | {
      readonly kind: 'guest';
      /** Kept from an earlier visit, if any; a new guest signs in without it. */
      readonly token: string | undefined;
      /** What the relay asks new guests for. */
      readonly accessCode: string | undefined;
    };

/** Where the media worker gets the microphone's frames from. */
export type CaptureSource =
  /** The capture worklet's port; transferred. */
  | { readonly kind: 'worklet'; readonly port: MessagePort }
  /** The track's own frames, if the browser hands them out; transferred. */
  | { readonly kind: 'track'; readonly frames: ReadableStream<AudioData> };

/** The page's messages to the media worker about the microphone. */
export type CaptureCommand =
  /** The microphone was granted, or changed. */
  | {
      readonly type: 'attach-capture';
      readonly source: CaptureSource;
      /** From the microphone's membrane to the start of the source, if the browser knows it. */
      readonly latencyMs: number;
      /** An echo canceller has yet to learn: until `capture-primed` speech interrupts no reply. */
      readonly isPriming: boolean;
      /** As the browser reports them, for the debug panel. */
      readonly settings: object;
    }
  | { readonly type: 'capture-primed' }
  | { readonly type: 'detach-capture' };

/** Commands of the page to the media worker. */
export type MediaCommand =
  /** Load the VAD now, so that it is warm when the microphone is granted. */
  | { readonly type: 'load' }
  /** Run the VAD on sounds whose answer is known; answered by `detector-checked`. */
  | { readonly type: 'check-detector' }
  | {
      readonly type: 'start';
      /** Origin of the relay, e.g. `http://localhost:8787`. */
      readonly baseUrl: string;
      readonly credentials: Credentials;
      readonly choices: CallChoices;
      readonly assistant: AssistantOffer;
      /** An earlier conversation to continue. */
      readonly conversationId: string | undefined;
      /** Port of the playback worklet; transferred. */
      readonly playback: MessagePort;
    }
  | CaptureCommand
  /** From the audio context to the ear; sent once a second, or when it changes. */
  | {
      readonly type: 'output-latency';
      readonly latencyMs: number;
      /** Which of the context's samples leaves the speaker when, if the browser says so. */
      readonly instant: OutputInstant | undefined;
    }
  | { readonly type: 'set-muted'; readonly muted: boolean }
  | { readonly type: 'send-text'; readonly itemId: string; readonly text: string }
  /** Stop the voice at once and cancel what is still being generated. */
  | { readonly type: 'cancel-response' }
  | { readonly type: 'choose'; readonly choices: ChangedChoices }
  /** Only with the person's consent; `false` ends it. */
  | { readonly type: 'set-recording'; readonly recording: boolean }
  /** The account's token was renewed. */
  | { readonly type: 'set-token'; readonly token: string }
  /** Push-to-talk: while held, everything is speech; releasing ends any open utterance at once. */
  | { readonly type: 'hold-to-talk'; readonly held: boolean }
  /** Whether `debug` and `stats` notices are wanted; off costs nothing. */
  | {
      readonly type: 'set-debug';
      readonly enabled: boolean;
      /** Speaks `FlightRequest` and `FlightNotice`; transferred. */
      readonly panel?: MessagePort | undefined;
    }
  /** The page's own recogniser hears the person, or no longer does. */
  | { readonly type: 'page-hears'; readonly hearing: boolean }
  /** What became of a clause that the page was asked to speak. */
  | {
      readonly type: 'page-voice';
      readonly responseId: string;
      readonly clause: number;
      readonly state: 'started' | 'ended' | 'failed';
    }
  | BrowserModelCommand
  | AssistantCommand
  /** Network came back, page became visible: try to reconnect now. */
  | { readonly type: 'retry-now' }
  | { readonly type: 'stop' };

/**
 * Whether the page can do a stage's work by itself: `missing` if the browser has nothing to do it
 * with, `refused` if it was forbidden, `failed` if it was tried in vain.
 */
export type BrowserAbility = 'able' | 'missing' | 'refused' | 'failed';

/** The one word for what the call is doing. */
export type CallPhase =
  | 'idle'
  | 'starting'
  | 'listening'
  | 'hearing'
  | 'thinking'
  | 'speaking'
  | 'reconnecting'
  | 'ended';

/** The relay's estimate of whether the person has finished. */
export interface EndOfTurnPrediction {
  /** Probability that they have, 0–1. */
  readonly probability: number;
  /** Silence after which the turn is over. */
  readonly delayMs: number;
  /** How much of it had passed when this was known. */
  readonly elapsedMs: number;
  readonly reasons: readonly EndOfTurnReason[];
}

export interface MeasuredTurn {
  readonly responseId: string;
  readonly utterance: number | null;
  /** What ended the turn, unless the page did. */
  readonly endOfTurn?: EndOfTurnPrediction;
  readonly voiceToVoiceMs: number;
  readonly timeline: LatencyTimeline;
  /** The segments whose figure is a bound, because stages overlapped or a clock was off. */
  readonly approximate?: readonly LatencySegment[];
}

/** What is said in a call, and how far it was heard. */
export type ConversationNotice =
  /** Whether what was said over a reply interrupts it; if not, it was a backchannel. */
  | {
      readonly type: 'interruption-decided';
      readonly utterance: number;
      readonly interrupted: boolean;
    }
  | {
      readonly type: 'user-transcript';
      readonly itemId: string;
      /** null if the page itself understood it. */
      readonly utterance: number | null;
      /** Replaces earlier words of this utterance. */
      readonly text: string;
      /** `unrecognised` was speech of which no words were made out. */
      readonly state: 'partial' | 'final' | 'unrecognised' | 'failed';
    }
  | {
      readonly type: 'response-started';
      readonly responseId: string;
      readonly trigger: RelayEventOf<'response.created'>['trigger'];
      readonly utterance: number | null;
      readonly spoken: boolean;
    }
  | {
      readonly type: 'response-text';
      readonly responseId: string;
      readonly clause: number;
      /** Where in the clause's text this begins: above 0 if a voice broke off in the middle. */
      readonly fromCharacter: number;
      readonly text: string;
      /** Where in the response's audio it begins; null if the relay's voice does not speak it. */
      readonly audioStartMs: number | null;
      /** Whether the page's own voice will speak it. */
      readonly byPage: boolean;
    }
  /** Where a clause and its words lie in the response's audio; replaces what was known before. */
  | {
      readonly type: 'response-timed';
      readonly responseId: string;
      readonly clause: number;
      readonly audioStartMs: number;
      readonly audioMs: number;
      /** Ms from `audioStartMs`, for as many of the first words as are known. */
      readonly wordEndsMs: readonly number[];
    }
  /** The page's own voice has come to this clause, or cannot speak it: it may be read. */
  | { readonly type: 'response-voiced'; readonly responseId: string; readonly clause: number }
  /** About ten times a second while speaking: how much of it has left the speaker. */
  | { readonly type: 'response-progress'; readonly responseId: string; readonly playedMs: number }
  | {
      readonly type: 'response-ended';
      readonly responseId: string;
      readonly status: 'completed' | 'cancelled' | 'failed';
      /** How much of it was heard, ms. */
      readonly heardMs: number;
      /** What the person could say next. */
      readonly suggestions?: readonly string[] | undefined;
    };

export interface WithheldMedia {
  readonly sound: boolean;
  readonly microphone: boolean;
  /** The microphone is open, and nothing comes from it. */
  readonly signal: boolean;
}

/** Notices of the media worker to the page. */
export type MediaNotice =
  | { readonly type: 'phase'; readonly phase: CallPhase }
  | { readonly type: 'vad'; readonly state: 'loading' | 'ready' | 'failed' }
  | { readonly type: 'detector-checked'; readonly detector: DetectorCheck }
  /** What the system keeps from the call for the time being. */
  | ({ readonly type: 'withheld' } & WithheldMedia)
  /** Another microphone took the place of the one before; `label` is empty if it has no name. */
  | { readonly type: 'microphone-switched'; readonly label: string }
  /** The microphone was lost, or came back, without a request of the page's. */
  | { readonly type: 'microphone'; readonly result: MicrophoneResult }
  /** The relay cannot be reached: the next attempt begins in so long, 0 if it runs. */
  | { readonly type: 'unreachable'; readonly retryInMs: number }
  | { readonly type: 'signed-in'; readonly token: string; readonly expiresInS: number }
  | {
      readonly type: 'session';
      readonly session: SessionDescription;
      /** Under which what is said is kept; left out by relays that keep nothing. */
      readonly conversationId?: string | undefined;
    }
  /** What the session has used and cost so far. */
  | {
      readonly type: 'usage';
      readonly usage: Usage;
      readonly costUsd: number;
      /** null: without a limit. */
      readonly budgetUsd: number | null;
      /** A budget is nearly used up. */
      readonly isWarning: boolean;
    }
  /** What is sent arrives late, and no longer does. Once a call. */
  | { readonly type: 'line'; readonly isLate: boolean }
  /** The relay will end the session soon. */
  | { readonly type: 'ending'; readonly reason: 'duration' | 'budget'; readonly inMs: number }
  /** The next timer rings in so long; null if none runs. */
  | { readonly type: 'timer'; readonly inMs: number | null }
  /** The session before was lost with all that the relay knew of it; this one is another. */
  | { readonly type: 'session-replaced' }
  /** Another provider does a stage's work; `reason` is null if that is the better one again. */
  | {
      readonly type: 'stage-changed';
      readonly stage: Stage;
      readonly from: string;
      /** A provider's name, `browser` if it is the page's turn, `none` if no provider is left. */
      readonly to: string;
      readonly reason: ErrorCode | null;
    }
  /** Sent when the page takes over, and when that turns out differently. */
  | {
      readonly type: 'page-ability';
      readonly stage: 'transcriber' | 'synthesizer';
      readonly ability: BrowserAbility;
    }
  | ConversationNotice
  /** In a pause of the person; null as soon as they go on or the turn is over. */
  | { readonly type: 'end-of-turn'; readonly prediction: EndOfTurnPrediction | null }
  /** The first sample that can be heard left the speaker at `heardAtMs` since the call began. */
  | { readonly type: 'turn-measured'; readonly turn: MeasuredTurn; readonly heardAtMs: number }
  /** About thirty times a second. Levels are 0–1, perceptual (not linear amplitude). */
  | {
      readonly type: 'levels';
      readonly microphone: number;
      readonly voice: number;
      readonly speechProbability: number;
    }
  /** Whether the microphone hears the voice so loud that no person can be heard over it. */
  | { readonly type: 'echo'; readonly isHopeless: boolean }
  | ({ readonly type: 'tool-ended' } & ToolEnd)
  | { readonly type: 'stats'; readonly stats: MediaStats }
  | { readonly type: 'debug'; readonly entry: DebugEntry }
  | {
      readonly type: 'error';
      readonly code:
        | ErrorCode
        | 'network_unreachable'
        /** Something answers at the relay's address, but not as a relay does. */
        | 'not_a_relay'
        /** The relay is there, and no WebSocket gets to it. */
        | 'socket_blocked'
        /** What a call is made of is not where the page looks for it, or is of another version. */
        | 'files_unusable'
        | 'vad_failed'
        | 'page_recogniser_failed'
        | 'page_model_failed'
        /** Instructions and functions are more than a message may hold. */
        | 'assistant_too_long'
        | 'audio_unavailable';
      readonly message: string;
      /** What ended the media worker; passes between no threads. */
      readonly crash?: ErrorEvent | undefined;
    }
  /** The call is over; `reason` says whether and how another may be made. */
  | { readonly type: 'closed'; readonly reason: CloseReason };
