export interface WithheldMedia {
  readonly sound: boolean;
  readonly microphone: boolean;
}

/** A context stops for an instant when a device changes: only what lasts is told. */
const LASTING_MS = 1_500;

/** Tells what the system withholds from a call for longer than a moment, and when it is given back. */
export class Withheld {
  readonly #tell: (now: WithheldMedia) => void;
  readonly #timers = new Map<keyof WithheldMedia, ReturnType<typeof setTimeout>>();
  #now: WithheldMedia = { sound: false, microphone: false };

  constructor(tell: (now: WithheldMedia) => void) {
    this.#tell = tell;
  }

  set(what: keyof WithheldMedia, isWithheld: boolean): void {
    if (!isWithheld) {
      clearTimeout(this.#timers.get(what));
      this.#timers.delete(what);
      this.#change(what, false);
    } else if (!this.#timers.has(what)) {
      const timer = setTimeout(() => this.#change(what, true), LASTING_MS);
      this.#timers.set(what, timer);
    }
  }

  #change(what: keyof WithheldMedia, isWithheld: boolean): void {
    if (this.#now[what] === isWithheld) return;
    this.#now = { ...this.#now, [what]: isWithheld };
    this.#tell(this.#now);
  }
}
