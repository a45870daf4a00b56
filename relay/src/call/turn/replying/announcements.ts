/** Something to say unasked. */
export interface Announcement {
  readonly text: string;
  /** A reminder that is due, or something about the call itself. */
  readonly trigger: 'timer' | 'notice';
}

/** Things to say unasked that may wait for a pause. */
const MAX_ANNOUNCEMENTS = 20;

/** What is to be said unasked, in order; a notice that waits already is not repeated. */
export class Announcements {
  readonly #waiting: Announcement[] = [];

  add(announcement: Announcement): void {
    // Several utterances may be lost over one fault; a sentence about it is said once.
    const isKnown = this.#waiting.some(
      ({ text, trigger }) => text === announcement.text && trigger === 'notice',
    );
    if (!isKnown && this.#waiting.length < MAX_ANNOUNCEMENTS) this.#waiting.push(announcement);
  }

  take(): Announcement | undefined {
    return this.#waiting.shift();
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
