export const ECHO_BROWSERS = ['chromium', 'firefox'] as const;
export type EchoBrowser = (typeof ECHO_BROWSERS)[number];

/** How loud and how late the room's microphone hears the speaker. */
export interface EchoSetting {
  readonly levelDb: number;
  readonly delayMs: number;
}

/** Between speaker and microphone: an echo, or none. */
export type EchoRoom = EchoSetting | 'headphones';

/** The media worker's messages about a call, in order; `performance.now()` of the page. */
export type EchoNote = { readonly atMs: number } & (
  | {
      readonly type: 'vad';
      /** As the debug panel's log names it: `suspected`, `dismissed`, `started` … */
      readonly name: string;
    }
  | { readonly type: 'progress'; readonly responseId: string; readonly playedMs: number }
  | {
      readonly type: 'ended';
      readonly responseId: string;
      readonly status: 'completed' | 'cancelled' | 'failed';
      readonly heardMs: number;
    }
  | { readonly type: 'heard'; readonly text: string }
);

/** A call in which the assistant talks and the person only asks. */
export interface MonologueCall {
  readonly notes: readonly EchoNote[];
  /** When a question was played, by the page's clock; what happens then is the person's doing. */
  readonly questionsMs: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Of the room against the speaker; null if it was not measured. */
  readonly measuredDb: number | null;
}

/** Something said over an answer. */
export interface Interruption {
  readonly text: string;
  readonly voice: 'rms' | 'awb' | 'kal16';
}

/**
 * What became of it: `spoiled` if the answer was not heard when it was said, `missed` if the answer
 * went on.
 */
export type InterruptionVerdict =
  | {
      readonly verdict: 'silenced';
      /** From the first sound in the room to the last sample of the speaker. */
      readonly silenceMs: number;
    }
  | { readonly verdict: 'missed' | 'spoiled' };
export type InterruptionOutcome = InterruptionVerdict & {
  /** What the page's log of its detector says meanwhile: `suspected`, `dismissed` … */
  readonly detected: readonly string[];
};

export type EchoHandlers = {
  /** The room, the relay and the browser, for the calls that follow. */
  open(browser: EchoBrowser): Promise<void>;
  /** A fresh call, until so much of the assistant's speech was heard. */
  monologue(options: {
    readonly room: EchoRoom;
    readonly speechMs: number;
  }): Promise<MonologueCall>;
  /** A fresh call in which each of these is said over an answer. */
  doubleTalk(options: {
    readonly room: EchoRoom;
    readonly said: readonly Interruption[];
  }): Promise<readonly InterruptionOutcome[]>;
};
