import type { Provider } from './provider.ts';

/** History in, reply text out. */
export interface Generator extends Provider {
  /** It has an answer at hand and cannot be late, e.g. because it asks no language model. */
  readonly answersAtOnce?: boolean;
  /**
   * Streams the reply to the last message of `history`. A tool begins to work when the event after
   * its `tool-called` is asked for: a reader that leaves there has it do nothing.
   *
   * @throws ParleyError `generator_failed`. Ends early, without an error, when aborted.
   */
  generate(request: GenerateRequest): AsyncIterable<GeneratorEvent>;
}

export interface GenerateRequest {
  readonly history: readonly Message[];
  /**
   * How many messages at the end of `history` want an answer: more than the last one if the person
   * said several things before they could be answered. What a generator was asked before is not
   * among them, because it may have been done although its answer was not heard.
   */
  readonly unasked?: number;
  readonly signal: AbortSignal;
  readonly person: Person;
  readonly reminders: Reminders;
}

export type Message =
  /** In the place of what was said before; without text if nothing of it is known any more. */
  | { readonly role: 'earlier'; readonly text: string }
  | {
      readonly role: 'user';
      readonly text: string;
      /** The person spoke, but the recogniser could not place the words; `text` is then empty. */
      readonly unrecognised?: boolean;
    }
  | {
      readonly role: 'assistant';
      /** What was really heard or shown, if the reply was interrupted. */
      readonly text: string;
    };

/** What is known of the person who speaks. */
export interface Person {
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Lets a reply have consequences later: the session speaks `text` unasked when it is due. */
export interface Reminders {
  /**
   * @returns undefined if the session holds as many as it may
   */
  add(reminder: {
    readonly label: string;
    readonly text: string;
    readonly delayMs: number;
  }): Reminder | undefined;
  /** Those not yet due, soonest first. */
  list(): readonly Reminder[];
  cancel(id: number): void;
}

export interface Reminder {
  readonly id: number;
  readonly label: string;
  readonly remainingMs: number;
}

export type GeneratorEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  /** The model thinks, which is not said: only a sign that it is at work. */
  | { readonly type: 'thought' }
  /** A tool is being used; what it answers goes back to the model. */
  | { readonly type: 'tool-called'; readonly name: string }
  /** All tools that were called have answered, and the model is asked to go on. */
  | { readonly type: 'tools-answered' }
  | {
      readonly type: 'usage-reported';
      readonly inputTokens: number;
      readonly outputTokens: number;
    };
