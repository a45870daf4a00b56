import type { RelayEventOf } from '@parley/shared';

/**
 * A language model of the caller's own browser. It answers what the relay's assistant does not
 * understand; its answer is the word of this caller's page, and counts for this call alone.
 */
export interface BrowserModelPort {
  /** Whether the caller has asked for it; may change from turn to turn. */
  readonly isOffered: boolean;
  /**
   * Streams an answer. A question before it that is still open is given up.
   *
   * @throws ParleyError `generator_failed` or `generator_timeout`. Ends early when aborted.
   */
  ask(question: BrowserQuestion, signal: AbortSignal): AsyncIterable<string>;
}

export type BrowserQuestion = Pick<
  RelayEventOf<'page.answer.requested'>,
  'instructions' | 'messages'
>;
