import { ParleyError } from '@parley/shared';
import type { WrittenClause } from '../../stages/synthesizer/clause-track.ts';
import type { GeneratorEvent } from '../../stages/generator/generator.ts';

/**
 * Longest reply, characters: over half an hour of voice. A generator that goes on beyond it is
 * stopped, because what has no end fills the memory.
 */
export const MAX_REPLY_CHARACTERS = 32_000;

/** What a generator's events become: words that are not cut into clauses yet, and the use of a tool. */
export type ReplyPiece = WrittenClause | { readonly kind: 'tool-called' };

export interface SpokenOptions {
  /** The generator's; aborted with an error, the generator was given up. */
  readonly signal: AbortSignal;
  /** Any event at all. */
  readonly onEvent: (event: GeneratorEvent) => void;
  readonly onFirstText: () => void;
  readonly onSuccess: () => void;
  /** @returns what is said instead */
  readonly onFailure: (error: unknown, hasText: boolean) => string;
}

/**
 * The words of a reply. If the generator fails, the rest is an apology: what reads on from here
 * need not know of failures. Ends early when aborted.
 */
export async function* spoken(
  events: AsyncIterable<GeneratorEvent>,
  { signal, onEvent, onFirstText, onSuccess, onFailure }: SpokenOptions,
): AsyncGenerator<ReplyPiece, void, undefined> {
  let length = 0;
  let hasText = false;
  try {
    for await (const event of events) {
      if (signal.aborted) break;
      onEvent(event);
      if (event.type === 'tool-called') yield { kind: 'tool-called' };
      if (event.type !== 'text-delta' || event.text === '') continue;
      if (length === 0) onFirstText();
      const text = event.text.slice(0, MAX_REPLY_CHARACTERS - length);
      length += text.length;
      hasText ||= text.trim() !== '';
      yield { kind: 'answer', text };
      if (length >= MAX_REPLY_CHARACTERS) return;
    }
    if (signal.aborted) throw signal.reason;
    // An answer without a word would be silence.
    if (!hasText) throw new ParleyError('generator_failed');
    onSuccess();
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof ParleyError)) return;
    const text = onFailure(error, hasText);
    // The generator's time until it was given up is its share of the wait.
    if (length === 0) onFirstText();
    yield { kind: 'apology', text };
  }
}
