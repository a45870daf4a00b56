import { levelOf } from '@parley/shared/audio/level';
import type { MediaNotice } from '../../messages/media-messages.ts';

/** A level that was not renewed for so long is silence. */
const STALE_MS = 100;

/** Reports both levels at the pace of the microphone's frames, or of the voice without one. */
export class CallLevels {
  readonly #notify: (notice: MediaNotice) => void;
  readonly #now: () => number;
  #microphone = { level: 0, probability: 0, atMs: Number.NEGATIVE_INFINITY };
  #voice = { level: 0, atMs: Number.NEGATIVE_INFINITY };

  constructor(options: {
    readonly notify: (notice: MediaNotice) => void;
    readonly now: () => number;
  }) {
    this.#notify = options.notify;
    this.#now = options.now;
  }

  microphone(level: number, probability: number): void {
    this.#microphone = { level, probability, atMs: this.#now() };
    this.#report();
  }

  voice(rms: number): void {
    this.#voice = { level: levelOf(rms), atMs: this.#now() };
    if (this.#now() - this.#microphone.atMs > STALE_MS) this.#report();
  }

  #report(): void {
    const staleMs = this.#now() - STALE_MS;
    const microphone = this.#microphone.atMs > staleMs ? this.#microphone : undefined;
    this.#notify({
      type: 'levels',
      microphone: microphone?.level ?? 0,
      voice: this.#voice.atMs > staleMs ? this.#voice.level : 0,
      speechProbability: microphone?.probability ?? 0,
    });
  }
}
