import type { Clock } from '../../lib/clock.ts';
import type { GeneratorEvent } from '../../stages/generator.ts';

/** Said where an answer takes long to begin. */
const WAITING = ['One moment.', 'Just a moment.', 'Give me a moment.'] as const;
/** Said where something is looked up first. */
const LOOKING_UP = ['Let me check.', 'Let me look that up.'] as const;

export const FILLER_SENTENCES: readonly string[] = [...WAITING, ...LOOKING_UP];

/** Words that bridge a wait: spoken, but no part of the answer. */
export interface Filler {
  readonly type: 'filler';
  readonly text: string;
}

export interface FillerOptions {
  /** How long the first text may take. */
  readonly delayMs: number;
  readonly clock: Clock;
  /** Chooses among the sentences: any whole number, a different one each time. */
  readonly variant: number;
}

/**
 * Passes events on, with at most one filler among them: where no text has come after `delayMs`,
 * or as soon as a tool is used before any text.
 */
export async function* withFiller(
  events: AsyncIterable<GeneratorEvent>,
  { delayMs, clock, variant }: FillerOptions,
): AsyncGenerator<GeneratorEvent | Filler, void, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  const { promise: late, resolve: isLate } = Promise.withResolvers<'late'>();
  const cancel = clock.after(delayMs, () => isLate('late'));
  let isDue = true;
  try {
    for (;;) {
      const pending = iterator.next();
      // Its failure may come while the filler is still being consumed.
      pending.catch(() => {});
      let next = isDue ? await Promise.race([pending, late]) : await pending;
      if (next === 'late') {
        isDue = false;
        yield { type: 'filler', text: pick(WAITING, variant) };
        next = await pending;
      }
      if (next.done === true) return;
      const event = next.value;
      if (isDue && event.type === 'tool-called') {
        yield { type: 'filler', text: pick(LOOKING_UP, variant) };
      }
      if (event.type !== 'usage-reported') isDue = false;
      yield event;
    }
  } finally {
    cancel();
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

function pick(sentences: readonly string[], variant: number): string {
  return sentences[variant % sentences.length]!;
}
