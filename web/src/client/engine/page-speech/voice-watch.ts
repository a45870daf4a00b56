import type { MediaNotice } from '../../messages/media-messages.ts';

/** A recogniser is so much behind what it hears. */
const ECHO_TAIL_MS = 1_500;
/** Longest stretch of a reply that can still be in the air, characters. */
const MAX_SPOKEN_CHARACTERS = 4_000;

/** What is being said aloud at this moment, by any voice: all that may echo. */
export class VoiceWatch {
  readonly #now: () => number;
  readonly #audible = new Set<string>();
  #spoken = '';
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a voice can be heard. */
  get isPlaying(): boolean {
    return this.#audible.size > 0;
  }

  /** Whether what is recognised now may be a voice of ours. */
  get mayEcho(): boolean {
    return this.isPlaying || this.#now() - this.#endedMs < ECHO_TAIL_MS;
  }

  /** The latest text of the replies, newest last. */
  get spoken(): string {
    return this.#spoken;
  }

  onNotice(notice: MediaNotice): void {
    switch (notice.type) {
      case 'response-text':
        this.#spoken = `${this.#spoken} ${notice.text}`.slice(-MAX_SPOKEN_CHARACTERS);
        return;
      case 'response-progress':
      case 'response-voiced':
        this.#audible.add(notice.responseId);
        return;
      case 'response-ended':
        if (this.#audible.delete(notice.responseId)) this.#endedMs = this.#now();
        return;
      default:
    }
  }
}
