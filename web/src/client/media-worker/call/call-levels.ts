import { levelOf } from '@parley/shared/audio/level';
import type { MediaNotice } from '../../messages/media-messages.ts';

/** A level that was not renewed for so long is silence. */
const STALE_MS = 100;

interface CallLevelsOptions {
  now(): number;
  notify(notice: MediaNotice): void;
}

/** Reports both levels at the pace of the microphone's frames, or of the voice without one. */
export class CallLevels {
  readonly #options: CallLevelsOptions;
  #microphone = { level: 0, probability: 0, atMs: Number.NEGATIVE_INFINITY };
  #voice = { level: 0, atMs: Number.NEGATIVE_INFINITY };

  constructor(options: CallLevelsOptions) {
    this.#options = options;
  }

  microphone(level: number, probability: number): void {
    this.#microphone = { level, probability, atMs: this.#options.now() };
    this.#report();
  }

  voice(rms: number): void {
    this.#voice = { level: levelOf(rms), atMs: this.#options.now() };
    if (this.#options.now() - this.#microphone.atMs > STALE_MS) this.#report();
  }

  #report(): void {
    const staleMs = this.#options.now() - STALE_MS;
    const microphone = this.#microphone.atMs > staleMs ? this.#microphone : undefined;
    this.#options.notify({
      type: 'levels',
      microphone: microphone?.level ?? 0,
      voice: this.#voice.atMs > staleMs ? this.#voice.level : 0,
      speechProbability: microphone?.probability ?? 0,
    });
  }
}
