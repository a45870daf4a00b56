import type { ClientTool } from '@parley/shared';
import type { FailoverObserver, Provider } from '../provider.ts';

/** History in, reply text out. */
export interface Generator extends Provider {
  /** As the price list names it; without one, what it uses is not reported. */
  readonly model?: string;
  /** The generator has an answer at hand and cannot be late, e.g. without a language model. */
  readonly answersAtOnce?: boolean;
  /**
   * Streams the reply to the last message of `history`. A tool begins to work when the event after
   * its `tool-called` is asked for: a reader that leaves there has it do nothing.
   *
   * @throws ParleyError `generator_failed`. Ends early, without an error, when aborted.
   */
  generate(request: GenerateRequest): AsyncIterable<GeneratorEvent>;
  /**
   * How much of a conversation it is sent at the most, in tokens as `estimateTokens` counts them.
   * undefined: it has no use for earlier messages.
   */
  readonly historyTokens?: number;
  /**
   * What was said, in a few sentences for its own use.
   *
   * @throws ParleyError `generator_failed`; the signal's reason when aborted
   */
  summarise?(request: SummaryRequest): Promise<Summary>;
}

export interface SummaryRequest {
  readonly messages: readonly Message[];
  readonly person: Person;
  readonly signal: AbortSignal;
  /** As in `GenerateRequest`; also if there is no summary, for what it cost. */
  readonly onCutOff?: NonNullable<GenerateRequest['onCutOff']>;
}

export interface Summary {
  readonly text: string;
  readonly usage: TokenUsage;
  /** The vendor did not count all of it. */
  readonly isEstimated?: true;
}

export interface GenerateRequest {
  readonly history: readonly Message[];
  /**
   * How many messages at the end of `history` want an answer: more than the last one if the person
   * said several things before they could be answered, or before they heard anything of an answer.
   * What that had done to `reminders` is then taken back.
   */
  readonly unasked?: number;
  readonly signal: AbortSignal;
  /**
   * Called within the abort, or when the reader leaves, if something was submitted by then that
   * `usage-reported` did not report: it is paid for although the answer is not read any more.
   */
  readonly onCutOff?: (usage: TokenUsage) => void;
  readonly person: Person;
  /** Whether the answer is wanted is not known yet: its reader decides when a tool begins to work. */
  readonly isSpeculative?: boolean;
  /** The client's, beside the operator's. */
  readonly instructions?: string | undefined;
  /** The functions that the client offers; undefined: none. */
  readonly clientTools?: ClientTools | undefined;
  /** The person may use none but Parley's own tools. */
  readonly isWithoutTools?: boolean;
  readonly reminders: Reminders;
}

/** Runs a function where it was offered, in the client. */
export interface ClientToolsPort {
  /**
   * @param input - a JSON object
   * @returns the output. Rejects when aborted.
   */
  call(name: string, input: string, signal: AbortSignal): Promise<string>;
}

export interface ClientTools extends ClientToolsPort {
  readonly offered: readonly ClientTool[];
}

export interface TokenUsage {
  readonly inputTokens: number;
  /** Among the input, those that the vendor had in its cache; left out if there were none. */
  readonly cachedInputTokens?: number;
  /** Among the input, those that it wrote into its cache for a price of their own. */
  readonly cacheWriteTokens?: number;
  readonly outputTokens: number;
}

export type Message =
  /** In the place of what was said before; without text if nothing of it is known any more. */
  | { readonly role: 'earlier'; readonly text: string }
  | {
      readonly role: 'user';
      readonly text: string;
      /** The person spoke, but the recogniser could not place the words; `text` is then empty. */
      readonly unrecognised?: boolean;
      /** A number in `text` may have been misheard. */
      readonly isDoubtful?: boolean;
    }
  | {
      readonly role: 'assistant';
      /** What was really heard or shown, if the reply was interrupted. */
      readonly text: string;
    };

export function isDoubtful(message: Message): boolean {
  return message.role === 'user' && message.isDoubtful === true;
}

/** The facts known about the person who speaks. */
export interface Person {
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
  /** In which they speak and are answered, BCP 47; undefined: the relay's. */
  readonly language?: string | undefined;
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
  /** The reminders not yet due, soonest first. */
  list(): readonly Reminder[];
  cancel(id: number): void;
}

export interface Reminder {
  readonly id: number;
  readonly label: string;
  /** What is said when it is due. */
  readonly text: string;
  readonly remainingMs: number;
}

export type GeneratorEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  /**
   * The assistant does not understand `text`, which was asked. The words that follow say no more
   * than that: they may be replaced by an answer from elsewhere.
   */
  | { readonly type: 'not-understood'; readonly text: string }
  /** What the person could say next, at most three sentences; for the eye alone. */
  | { readonly type: 'next-suggested'; readonly texts: readonly string[] }
  /** The model thinks, which is not said: only a sign that it is at work. */
  | { readonly type: 'thought' }
  /** A tool is being used; what it answers goes back to the model. */
  | { readonly type: 'tool-called'; readonly name: string }
  /** All tools that were called have answered, and the model is asked to go on. */
  | { readonly type: 'tools-answered' }
  /** `isEstimated`: the vendor did not count all of it. */
  | ({ readonly type: 'usage-reported'; readonly isEstimated?: true } & TokenUsage);

/** The stage as a conversation uses it, with its candidates behind it. */
export interface GeneratorStage {
  /** The generator that would be asked now has its answers at hand. */
  readonly answersAtOnce: boolean;
  /** Of the generator that would be asked now. */
  readonly historyTokens: number | undefined;
  /** As `Provider.prepare`. */
  prepare(language?: string): () => void;
  /**
   * As `Generator.summarise`, by the generator that would be asked now and by no other: it can wait.
   *
   * @param observer.caller - whose conversation it is
   * @returns undefined if none works that summarises
   */
  summarise(
    request: SummaryRequest,
    observer: Pick<FailoverObserver, 'caller' | 'onUsed'>,
  ): Promise<(Summary & { readonly provider: string }) | undefined>;
  /** As `Generator.generate`. Deadlines are kept here, and an abort takes effect at once. */
  generate(
    request: GenerateRequest,
    observer: FailoverObserver,
  ): AsyncGenerator<GeneratorEvent, void, undefined>;
}
