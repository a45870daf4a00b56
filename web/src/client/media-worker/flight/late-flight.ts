import type { CallFlight } from './call-flight.ts';

/** More than passes while a call is opened, frames of its microphone included. */
const MAX_UNTOLD = 2_000;

type Tale = (flight: CallFlight) => void;
/** Records something that happens now. */
export type TellFlight = (what: (flight: CallFlight, atMs: number) => void) => void;

/**
 * The flight recorder, whose code is loaded with the first call. Entries that come meanwhile reach
 * it once it is there, in the same order and with their times.
 */
export class LateFlight {
  readonly #now: () => number;
  readonly #load: () => Promise<CallFlight>;
  #flight: CallFlight | undefined;
  #loading: Promise<void> | undefined;
  #untold: Tale[] = [];

  constructor(now: () => number, load: () => Promise<CallFlight>) {
    this.#now = now;
    this.#load = load;
  }

  /** Call it before there is something to record. If it fails, the next call tries again. */
  load(): void {
    this.#loading ??= this.#load().then(
      (flight) => {
        this.#flight = flight;
        for (const tell of this.#untold.splice(0)) tell(flight);
      },
      () => {
        this.#loading = undefined;
        this.#untold = [];
      },
    );
  }

  readonly tell: TellFlight = (what) => {
    const atMs = this.#now();
    if (this.#flight !== undefined) what(this.#flight, atMs);
    else if (this.#loading !== undefined && this.#untold.length < MAX_UNTOLD) {
      this.#untold.push((flight) => what(flight, atMs));
    }
  };
}
