import type { TranscriptEvent } from '../../stages/transcriber.ts';

type End = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Hands transcript events to one reader. Holds at most one partial (a newer one says all the
 * older said) and the final, so a slow reader costs nothing.
 */
export class TranscriptStream implements AsyncIterable<TranscriptEvent> {
  #partial: TranscriptEvent | undefined;
  #final: TranscriptEvent | undefined;
  #end: End | undefined;
  #wake: (() => void) | undefined;

  put(event: TranscriptEvent): void {
    if (this.#end !== undefined) return;
    if (event.type === 'transcript-final') this.#final = event;
    else this.#partial = event;
    this.#wake?.();
  }

  end(): void {
    this.#finish({ kind: 'done' });
  }

  fail(error: unknown): void {
    this.#finish({ kind: 'failed', error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TranscriptEvent, void, undefined> {
    while (true) {
      if (this.#final !== undefined) {
        yield this.#final;
        return;
      }
      if (this.#end?.kind === 'failed') throw this.#end.error;
      if (this.#end?.kind === 'done') return;
      const partial = this.#partial;
      this.#partial = undefined;
      if (partial !== undefined) yield partial;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #finish(end: End): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
