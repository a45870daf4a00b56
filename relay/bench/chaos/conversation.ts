import type { AudioCodec } from '@parley/shared';
import type { Dialogue, TimedWord } from '../dialogues/dialogue.ts';

/** What was said and heard in a call, in its order. */
export interface Conversation {
  /** What the page shows of the person's words, one entry for each utterance. */
  readonly transcripts: readonly string[];
  readonly replies: readonly {
    /** What the page shows of it. */
    readonly text: string;
    readonly status: 'unfinished' | 'completed' | 'cancelled' | 'failed';
  }[];
  /** The replies' voices as the player got them. */
  readonly sounds: readonly {
    readonly samples: number;
    /** Of all its samples in their order. */
    readonly digest: string;
    /** What the player has played of it to the end; undefined if it did not come to an end. */
    readonly playedMs: number | undefined;
  }[];
  /** From the end of a question to the voice of the answer, for each. */
  readonly waitsMs: readonly number[];
  /** What the person and the assistant have spoken. */
  readonly speechMs: number;
  /** Connections after the first. */
  readonly resumptions: number;
  /** Sockets that were opened beside another. */
  readonly besides: number;
  /** Phases the page went through, without repetitions. */
  readonly phases: readonly string[];
  /** How late the page's own clock was at the most. */
  readonly lateMs: number;
  /** What went wrong with the call itself. */
  readonly problem?: string;
}

export interface ConversationOptions {
  readonly url: string;
  readonly codec: AudioCodec;
  /** Numbers of the prepared dialogues, one after the other; each is one question. */
  readonly questions: readonly number[];
  /** No question follows once so much was spoken; undefined: all are asked. */
  readonly enoughMs: number | undefined;
}

/** What the process that plays the pages can be asked. */
export interface ChaosHandlers {
  /** Makes the people's speech. @returns the words of each utterance, by dialogue and utterance */
  readonly prepare: (
    dialogues: readonly Dialogue[],
  ) => Promise<readonly (readonly TimedWord[])[][]>;
  readonly converse: (options: ConversationOptions) => Promise<Conversation>;
  readonly [name: string]: (argument: never) => unknown;
}
