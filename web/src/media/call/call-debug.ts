import type { DebugEntry, MediaNotice, MediaStats } from '../messages.ts';

const STATS_INTERVAL_MS = 500;

export interface CallDebugOptions {
  now(): number;
  notify(notice: MediaNotice): void;
  stats(): Omit<MediaStats, 'atMs'>;
}

/** What the developer panel is told while it is open; while it is closed this does nothing. */
export class CallDebug {
  readonly #options: CallDebugOptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: CallDebugOptions) {
    this.#options = options;
  }

  setEnabled(enabled: boolean): void {
    clearInterval(this.#timer);
    this.#timer = enabled ? setInterval(() => this.#sample(), STATS_INTERVAL_MS) : undefined;
  }

  log(source: DebugEntry['source'], name: string, detail = ''): void {
    if (this.#timer === undefined) return;
    const entry = { atMs: this.#options.now(), source, name, detail };
    this.#options.notify({ type: 'debug', entry });
  }

  #sample(): void {
    const stats = { atMs: this.#options.now(), ...this.#options.stats() };
    this.#options.notify({ type: 'stats', stats });
  }
}
