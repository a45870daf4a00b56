import { ParleyError } from '@parley/shared';
import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';
import { eachWithin } from '../../lib/deadline.ts';
import type { GeneratorEvent } from '../../stages/generator.ts';
import { eachUntil } from './each-until.ts';
import { withFiller } from './fillers.ts';

/**
 * Longest reply, characters: over half an hour of voice. A generator that goes on beyond it is
 * stopped, because whatever has no end fills the memory.
 */
export const MAX_REPLY_CHARACTERS = 32_000;

export interface ReplyTextOptions {
  readonly generate: (signal: AbortSignal) => AsyncIterable<GeneratorEvent>;
  /** Longest wait for the next piece of text. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Aborted where the generator is given up before its deadline; its reason is the failure. */
  readonly givenUp: AbortSignal;
  /** Words that bridge the wait for the first text; undefined: silence does. */
  readonly filler?: { readonly delayMs: number; readonly variant: number } | undefined;
  readonly onFirstText: () => void;
  /** The next text is a filler. */
  readonly onFiller: (text: string) => void;
  /** Anything at all has come from the generator. */
  readonly onEvent: (event: GeneratorEvent) => void;
  readonly onSuccess: () => void;
  /** @returns what is to be said instead */
  readonly onFailure: (error: unknown, hasText: boolean) => string;
}

/**
 * The text of a reply as it is generated. Where the generator fails or stalls, the rest is what
 * `onFailure` gives: whoever consumes this need not know of failures. Ends early when aborted.
 */
export async function* replyText(
  options: ReplyTextOptions,
): AsyncGenerator<string, void, undefined> {
  const { signal, clock, filler } = options;
  // Its own controller: a generator that missed its deadline is stopped, the reply is not.
  const generation = new AbortController();
  const stop = () => generation.abort(OVER);
  signal.addEventListener('abort', stop);
  let length = 0;
  let hasText = false;
  try {
    const events = eachWithin(
      eachUntil(options.generate(generation.signal), options.givenUp),
      options.deadlineMs,
      clock,
      () => new ParleyError('generator_timeout'),
    );
    const filled = filler === undefined ? events : withFiller(events, { ...filler, clock });
    for await (const event of filled) {
      if (signal.aborted) return;
      if (event.type === 'filler') {
        options.onFiller(event.text);
        yield `${event.text} `;
        continue;
      }
      options.onEvent(event);
      if (event.type === 'text-delta' && event.text !== '') {
        if (length === 0) options.onFirstText();
        const room = MAX_REPLY_CHARACTERS - length;
        length += event.text.length;
        hasText ||= event.text.trim() !== '';
        yield event.text.slice(0, room);
        if (length >= MAX_REPLY_CHARACTERS) return;
      }
    }
    if (signal.aborted) return;
    // An answer without a word would be silence.
    if (!hasText) throw new ParleyError('generator_failed');
    options.onSuccess();
  } catch (error) {
    if (signal.aborted) return;
    const instead = options.onFailure(error, hasText);
    // Whatever the generator took until it was given up is its share of the wait.
    if (length === 0) options.onFirstText();
    // A line of its own, so that it is a clause of its own: whole, it may be in stock.
    yield hasText ? `\n${instead}` : instead;
  } finally {
    signal.removeEventListener('abort', stop);
    generation.abort(OVER);
  }
}
