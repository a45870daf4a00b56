/** Things to say unasked that may wait for a pause. */
const MAX_ANNOUNCEMENTS = 20;

export interface Announcement {
  readonly text: string;
  /** A reminder that is due, or something about the call itself. */
  readonly trigger: 'timer' | 'notice';
}

/** What is to be said once nobody speaks. */
export class Announcements {
  readonly #waiting: Announcement[] = [];

  add(announcement: Announcement): void {
    if (this.#waiting.length < MAX_ANNOUNCEMENTS) this.#waiting.push(announcement);
  }

  next(): Announcement | undefined {
    return this.#waiting.shift();
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
