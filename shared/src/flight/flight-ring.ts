export interface RingEntry {
  /** The client's own clock. */
  readonly atMs: number;
  /** What it takes of the memory, about. */
  readonly bytes: number;
}

export interface RingBounds {
  readonly maxMs: number;
  readonly maxBytes: number;
}

/** Dropped entries are let go of in runs: moving the rest for each would cost more than it frees. */
const COMPACT_FROM = 1_024;

/** The newest entries, within a time and a size: the oldest make room. */
export class FlightRing<Entry extends RingEntry> {
  readonly #bounds: RingBounds;
  readonly #onDropped: (entry: Entry) => void;
  #entries: (Entry | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  constructor(bounds: RingBounds, onDropped: (entry: Entry) => void) {
    this.#bounds = bounds;
    this.#onDropped = onDropped;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): Entry | undefined {
    return this.#entries[this.#first];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    const sinceMs = entry.atMs - this.#bounds.maxMs;
    for (let { oldest } = this; oldest !== undefined; oldest = this.oldest) {
      if (oldest.atMs >= sinceMs && this.#bytes <= this.#bounds.maxBytes) break;
      this.#dropOldest(oldest);
    }
  }

  /** A copy that stays as it is. */
  snapshot(): readonly Entry[] {
    return this.#entries.slice(this.#first) as Entry[];
  }

  /** Puts another entry in the place of each. */
  replace(change: (entry: Entry) => Entry): void {
    this.#entries = this.snapshot().map(change);
    this.#first = 0;
    this.#bytes = (this.#entries as Entry[]).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #dropOldest(oldest: Entry): void {
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    this.#bytes -= oldest.bytes;
    this.#onDropped(oldest);
    if (this.#first < COMPACT_FROM || this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
