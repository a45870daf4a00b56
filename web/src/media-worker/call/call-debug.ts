import type { DebugEntry, MediaStats } from '../../messages/debug-messages.ts';
import type { MediaNotice } from '../../messages/media-messages.ts';

const STATS_INTERVAL_MS = 500;

export interface CallDebugOptions {
  now(): number;
  notify(notice: MediaNotice): void;
  stats(): Omit<MediaStats, 'atMs'>;
}

/** Notices for the developer panel while it is open; while it is closed this does nothing. */
export class CallDebug {
  readonly #options: CallDebugOptions;
  readonly #startMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: CallDebugOptions) {
    this.#options = options;
    this.#startMs = options.now();
  }

  setEnabled(enabled: boolean): void {
    clearInterval(this.#timer);
    this.#timer = enabled ? setInterval(() => this.#sample(), STATS_INTERVAL_MS) : undefined;
  }

  log(source: DebugEntry['source'], name: string, detail = ''): void {
    if (this.#timer === undefined) return;
    const entry = { atMs: this.#elapsedMs, source, name, detail };
    this.#options.notify({ type: 'debug', entry });
  }

  get #elapsedMs(): number {
    return this.#options.now() - this.#startMs;
  }

  #sample(): void {
    const stats = { atMs: this.#elapsedMs, ...this.#options.stats() };
    this.#options.notify({ type: 'stats', stats });
  }
}
