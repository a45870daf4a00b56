import type { Clock } from '../../../base/lib/clock.ts';
import type { WrittenClause } from '../../stages/synthesizer/clause-track.ts';
import type { ReplyPiece } from './spoken.ts';

/** Said if an answer takes long to begin. */
const WAITING = ['One moment.', 'Just a moment.', 'Give me a moment.'] as const;
/** Said if something is looked up first. */
const LOOKING_UP = ['Let me check.', 'Let me look that up.'] as const;

export const FILLER_SENTENCES: readonly string[] = [...WAITING, ...LOOKING_UP];

export interface FillOptions {
  /** How long the first text may take. */
  readonly delayMs: number;
  readonly clock: Clock;
  /** Chooses among the sentences: any whole number, a different one each time. */
  readonly variant: number;
}

/**
 * Passes text on, with at most one filler before it: if no text has come after `delayMs`, or as
 * soon as a tool is used before any text.
 *
 * @param options - undefined: nothing is said while the answer is waited for
 */
export async function* fill(
  pieces: AsyncIterable<ReplyPiece>,
  options: FillOptions | undefined,
): AsyncGenerator<WrittenClause, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const cancel = options?.clock.after(options.delayMs, () => resolve('late'));
  const filler = (sentences: readonly string[]): WrittenClause => {
    isDue = false;
    return { kind: 'filler', text: sentences[options!.variant % sentences.length]! };
  };
  let isDue = options !== undefined;
  try {
    for (;;) {
      const pending = iterator.next();
      // Its failure may come while the filler is still being consumed.
      pending.catch(() => {});
      let next = isDue ? await Promise.race([pending, late]) : await pending;
      if (next === 'late') {
        yield filler(WAITING);
        next = await pending;
      }
      if (next.done === true) return;
      if (next.value.kind !== 'tool-called') {
        isDue = false;
        yield next.value;
      } else if (isDue) yield filler(LOOKING_UP);
    }
  } finally {
    cancel?.();
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
