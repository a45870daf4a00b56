import { ParleyError, type ErrorCode } from '@parley/shared';
import type { Clock } from '../lib/clock.ts';
import { eachWithin } from '../lib/deadline.ts';
import type { GeneratorEvent } from '../providers/generator.ts';
import { apologyFor } from './apologies.ts';

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
  readonly onFirstText: () => void;
  readonly onUsage: (usage: GeneratorEvent & { readonly type: 'usage-reported' }) => void;
  /** @returns the code whose apology is to be said */
  readonly onFailure: (error: unknown) => ErrorCode;
}

/**
 * The text of a reply as it is generated. Where the generator fails or stalls, the rest is an
 * apology: whoever consumes this need not know of failures. Ends early when aborted.
 */
export async function* replyText(
  options: ReplyTextOptions,
): AsyncGenerator<string, void, undefined> {
  const { signal } = options;
  // Its own controller: a generator that missed its deadline is stopped, the reply is not.
  const generation = new AbortController();
  const stop = () => generation.abort();
  signal.addEventListener('abort', stop);
  let length = 0;
  try {
    const events = eachWithin(
      options.generate(generation.signal),
      options.deadlineMs,
      options.clock,
      () => new ParleyError('generator_timeout'),
    );
    for await (const event of events) {
      if (signal.aborted) return;
      if (event.type === 'usage-reported') {
        options.onUsage(event);
      } else if (event.type === 'text-delta' && event.text !== '') {
        if (length === 0) options.onFirstText();
        const room = MAX_REPLY_CHARACTERS - length;
        length += event.text.length;
        yield event.text.slice(0, room);
        if (length >= MAX_REPLY_CHARACTERS) return;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    const apology = apologyFor(options.onFailure(error));
    yield length > 0 ? ` ${apology}` : apology;
  } finally {
    signal.removeEventListener('abort', stop);
    generation.abort();
  }
}
