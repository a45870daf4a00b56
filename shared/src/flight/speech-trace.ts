import type { FlightEntryOf } from './flight-schema.ts';

/** Ten minutes at one every 32 ms, with some to spare. */
const CAPACITY = 20_000;
/** Probabilities of so long stand in one line. */
const LINE_MS = 1_000;

/** The newest probabilities of speech, in memory that is allocated once. */
export class SpeechTrace {
  readonly #atMs = new Float64Array(CAPACITY);
  readonly #probability = new Float32Array(CAPACITY);
  #count = 0;

  push(atMs: number, probability: number): void {
    const place = this.#count % CAPACITY;
    this.#atMs[place] = atMs;
    this.#probability[place] = probability;
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }

  /** @param sinceMs - older ones are left out @param startMs - what `t` counts from */
  *lines(sinceMs: number, startMs: number): Generator<FlightEntryOf<'speech'>> {
    let firstMs = Number.NEGATIVE_INFINITY;
    let line: FlightEntryOf<'speech'> | undefined;
    for (let n = Math.max(0, this.#count - CAPACITY); n < this.#count; n += 1) {
      const atMs = this.#atMs[n % CAPACITY]!;
      if (atMs < sinceMs) continue;
      if (line === undefined || atMs - firstMs >= LINE_MS) {
        if (line !== undefined) yield line;
        firstMs = atMs;
        line = { t: sinceStart(atMs, startMs), kind: 'speech', at: [], p: [] };
      }
      line.at.push(Math.round(atMs - firstMs));
      line.p.push(Math.round(this.#probability[n % CAPACITY]! * 1_000) / 1_000);
    }
    if (line !== undefined) yield line;
  }
}

/** `t` of an entry: tenths of a ms are enough. */
export function sinceStart(atMs: number, startMs: number): number {
  return Math.max(0, Math.round((atMs - startMs) * 10) / 10);
}
