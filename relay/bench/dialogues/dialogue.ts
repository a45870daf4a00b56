/** What a dialogue tries. */
export const DIALOGUE_KINDS = [
  'finished',
  'pause',
  'filler',
  'number',
  'spelling',
  'list',
  'answer',
  'backchannel',
  'stop',
  'interruption',
  'noise',
  'music',
  'echo',
] as const;
export type DialogueKind = (typeof DIALOGUE_KINDS)[number];

/** Sounds of the room, and how loud they are against full scale, dB (RMS). */
export interface Background {
  readonly sound: 'noise' | 'music' | 'taps';
  readonly db: number;
  /** Only while the assistant speaks. */
  readonly isOverReply?: boolean;
}

export interface Utterance {
  /** What is said, and in between the pauses, ms. Without words only the room is heard. */
  readonly parts: readonly (string | number)[];
  /** `after`: ms after the reply before has ended; `over`: ms after it is first heard. */
  readonly at: { readonly after: number } | { readonly over: number };
  /**
   * `answer`: it is a turn; `listening`: the reply that is heard goes on; `silence`: that reply
   * ends, and nothing is said after it.
   */
  readonly expects: 'answer' | 'listening' | 'silence';
  /** What the assistant says to it, if its recogniser understands open speech. */
  readonly reply?: string;
}

export interface Dialogue {
  readonly name: string;
  readonly kind: DialogueKind;
  /** `embedded`: closed grammar, real; `open`: any words, from a script 200 ms late. */
  readonly transcriber: 'embedded' | 'open';
  readonly voice: 'slt' | 'rms' | 'awb';
  /** Of the person's voice; 1 is its own. */
  readonly rate?: number;
  readonly gainDb?: number;
  readonly background?: Background;
  /** Of the assistant's voice in the microphone, dB. */
  readonly echoDb?: number;
  readonly utterances: readonly Utterance[];
}

/** A word of an utterance, from the beginning of the utterance. */
export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a page saw and played, ms on one clock. */
export interface Observation {
  readonly name: string;
  readonly utterances: readonly {
    readonly startMs: number;
    /** Last moment of speech. */
    readonly endMs: number;
  }[];
  /** When a turn was taken as over: by the relay, or by the page itself. */
  readonly turnEnds: readonly { readonly atMs: number; readonly utterance: number }[];
  readonly answers: readonly { readonly atMs: number; readonly utterance: number | null }[];
  /** The assistant's voice as it left the speaker. */
  readonly voice: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Replies that were flushed before their end. */
  readonly flushedMs: readonly number[];
  /** Replies that were heard to their end. */
  readonly endedMs: readonly number[];
  /** How late the page's own clock was at the most. */
  readonly lateMs: number;
  /** What went wrong with the call itself. */
  readonly problem?: string;
}

/** What the process that plays the page can be asked. */
export interface PageHandlers {
  /** Makes the person's speech. @returns the words of each utterance, by dialogue and utterance */
  readonly prepare: (
    dialogues: readonly Dialogue[],
  ) => Promise<readonly (readonly TimedWord[])[][]>;
  readonly converse: (call: {
    readonly url: string;
    readonly name: string;
    /** Number of the dialogue in what was prepared. */
    readonly run: number;
    readonly decides: 'relay' | 'page';
  }) => Promise<Observation>;
  readonly [name: string]: (argument: never) => unknown;
}
