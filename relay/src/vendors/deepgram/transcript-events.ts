import type { TranscriptEvent } from '../../stages/transcriber.ts';

type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** More than any reader who still reads leaves lying. */
const MAX_WAITING = 32;

/**
 * Hands the events of one utterance to one reader, in order. A partial that nobody read gives way
 * to the next one, and the oldest event to the newest, so a slow reader costs nothing.
 */
export class TranscriptEvents implements AsyncIterable<TranscriptEvent> {
  readonly #waiting: TranscriptEvent[] = [];
  readonly #onLeft: () => void;
  #state: State = { kind: 'open' };
  #wake: (() => void) | undefined;

  /** @param onLeft - called when the reader is done, or stops early */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  put(event: TranscriptEvent): void {
    if (this.#state.kind !== 'open') return;
    const isStale = this.#waiting.at(-1)?.type === 'transcript-partial';
    if (isStale && event.type === 'transcript-partial') this.#waiting.pop();
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push(event);
    this.#wake?.();
  }

  /** Nothing more will come; what waits is still read. */
  end(): void {
    this.#close({ kind: 'ended' });
  }

  /** Nothing more will come, and what waits does not matter any more. */
  abort(): void {
    this.#waiting.length = 0;
    this.end();
  }

  fail(error: unknown): void {
    this.#close({ kind: 'failed', error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TranscriptEvent, void, undefined> {
    try {
      for (;;) {
        while (this.#waiting.length > 0) yield this.#waiting.shift()!;
        if (this.#state.kind === 'failed') throw this.#state.error;
        if (this.#state.kind === 'ended') return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.#onLeft();
    }
  }

  #close(state: State): void {
    if (this.#state.kind === 'open') this.#state = state;
    this.#wake?.();
  }
}
