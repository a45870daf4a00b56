import type { TranscriptEvent } from '../../stages/transcriber.ts';

type State =
  /** Holds at most the newest partial, since a newer one says all that an older one said. */
  | { readonly kind: 'open'; readonly partial?: string }
  | { readonly kind: 'finished'; readonly text: string; readonly unrecognised: boolean }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ended' };

/** Hands the words of one utterance to one reader; a slow reader costs nothing. */
export class UtteranceEvents implements AsyncIterable<TranscriptEvent> {
  readonly #onLeft: () => void;
  #state: State = { kind: 'open' };
  #wake: (() => void) | undefined;

  /** @param onLeft - the reader has gone, early or at the end */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  partial(text: string): void {
    if (text !== '') this.#become({ kind: 'open', partial: text });
  }

  /** @param unrecognised - somebody spoke, but no words can be told */
  final(text: string, unrecognised = false): void {
    this.#become({ kind: 'finished', text, unrecognised });
  }

  fail(error: unknown): void {
    this.#become({ kind: 'failed', error });
  }

  /** Without a final: it was aborted. */
  end(): void {
    this.#become({ kind: 'ended' });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TranscriptEvent, void, undefined> {
    try {
      for (;;) {
        const state = this.#state;
        switch (state.kind) {
          case 'open':
            if (state.partial === undefined) {
              await new Promise<void>((resolve) => {
                this.#wake = resolve;
              });
            } else {
              this.#state = { kind: 'open' };
              yield { type: 'transcript-partial', text: state.partial };
            }
            break;
          case 'finished':
            yield {
              type: 'transcript-final',
              text: state.text,
              unrecognised: state.unrecognised,
            };
            return;
          case 'failed':
            throw state.error;
          case 'ended':
            return;
        }
      }
    } finally {
      this.#onLeft();
    }
  }

  #become(state: State): void {
    if (this.#state.kind !== 'open') return;
    this.#state = state;
    this.#wake?.();
  }
}
