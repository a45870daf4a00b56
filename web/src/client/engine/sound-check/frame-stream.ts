import type { CapturedBlock } from '../../messages/capture-messages.ts';

/** A microphone that delivers nothing for so long has been taken away. */
const FRAME_DEADLINE_MS = 3_000;
/** Frames that wait while the page is busy: 20 s, more than any step takes. */
const MAX_WAITING_FRAMES = 640;

/** The frames of a microphone, to be read one after the other; ends when it is closed or dies. */
export class FrameStream implements AsyncIterableIterator<CapturedBlock, undefined> {
  readonly #waiting: CapturedBlock[] = [];
  #reader: ((result: IteratorResult<CapturedBlock, undefined>) => void) | undefined;
  #closed = false;

  push(block: CapturedBlock): void {
    if (this.#closed) return;
    if (this.#reader !== undefined) return this.#reader({ done: false, value: block });
    this.#waiting.push(block);
    if (this.#waiting.length > MAX_WAITING_FRAMES) this.#waiting.shift();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#reader?.({ done: true, value: undefined });
  }

  /** Reads one frame at a time. */
  next(): Promise<IteratorResult<CapturedBlock, undefined>> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return Promise.resolve({ done: false, value: waiting });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.close(), FRAME_DEADLINE_MS);
      this.#reader = (result) => {
        clearTimeout(timer);
        this.#reader = undefined;
        resolve(result);
      };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
