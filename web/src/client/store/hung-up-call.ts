import type { MediaEngine } from '../engine/media-engine.ts';
import type { MediaNotice } from '../messages/media-messages.ts';

/** A worker that is asked to stop answers within milliseconds; a crashed one never does. */
const CLOSED_DEADLINE_MS = 500;

/**
 * The call that was hung up, until the engine has reported its end: the next call must not take
 * what it still says for its own.
 */
export class HungUpCall {
  #settle: (() => void) | undefined;

  /** Settles once the microphone is free, and the end was reported or is not to be expected. */
  stopped: Promise<unknown> = Promise.resolve();

  stop(engine: Pick<MediaEngine, 'stop'>): void {
    this.stopped = Promise.all([this.#closed(), engine.stop().catch(() => undefined)]);
  }

  /** @returns whether it was a notice of that call */
  takes(notice: MediaNotice): boolean {
    if (this.#settle === undefined || notice.type === 'vad') return false;
    if (notice.type === 'closed') this.#settle();
    return true;
  }

  #closed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = (): void => {
      this.#settle = undefined;
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(settle, CLOSED_DEADLINE_MS);
    this.#settle = settle;
    return promise;
  }
}
