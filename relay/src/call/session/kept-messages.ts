/** Measured on Node 24: an entry, its place in the list, and what a string or array adds, bytes. */
const TEXT_OVERHEAD_BYTES = 80;
const BINARY_OVERHEAD_BYTES = 260;

export interface KeptMessage {
  readonly seq: number;
  readonly data: string | Uint8Array;
  /** The response whose voice this is; undefined for an event. */
  readonly item: number | undefined;
}

/** Messages that the client has not acknowledged yet, in the order of their numbers. */
export class KeptMessages {
  readonly #messages: KeptMessage[] = [];
  readonly #onBytes: (changed: number) => void;
  #bytes = 0;
  #forgottenSeq = 0;

  /** @param onBytes - called with each change of `bytes` */
  constructor(onBytes: (changed: number) => void) {
    this.#onBytes = onBytes;
  }

  /** Memory they take, with all that is around them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The newest sequence number that was already dropped. */
  get forgottenSeq(): number {
    return this.#forgottenSeq;
  }

  add(message: KeptMessage): void {
    this.#messages.push(message);
    this.#count(sizeOf(message));
  }

  /** The first message after `seq`. */
  after(seq: number): KeptMessage | undefined {
    return this.#messages[this.#indexAfter(seq)];
  }

  /** Forgets all up to and including `seq`. */
  acknowledge(seq: number): void {
    this.#forget(this.#indexAfter(seq));
  }

  /** Forgets the oldest, until the rest takes `maxBytes` at the most. */
  shrinkTo(maxBytes: number): void {
    let count = 0;
    for (let bytes = this.#bytes; bytes > maxBytes; count++)
      bytes -= sizeOf(this.#messages[count]!);
    this.#forget(count);
  }

  dropItem(item: number): void {
    for (let index = this.#messages.length - 1; index >= 0; index--) {
      const message = this.#messages[index]!;
      if (message.item !== item) continue;
      this.#messages.splice(index, 1);
      this.#count(-sizeOf(message));
    }
  }

  #forget(count: number): void {
    if (count === 0) return;
    const forgotten = this.#messages.splice(0, count);
    this.#forgottenSeq = Math.max(this.#forgottenSeq, forgotten.at(-1)!.seq);
    this.#count(-forgotten.reduce((sum, message) => sum + sizeOf(message), 0));
  }

  #count(changed: number): void {
    this.#bytes += changed;
    this.#onBytes(changed);
  }

  #indexAfter(seq: number): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Memory of a message, bytes. */
export function sizeOf({ data }: Pick<KeptMessage, 'data'>): number {
  if (typeof data !== 'string') return data.byteLength + BINARY_OVERHEAD_BYTES;
  // A character outside of ASCII may double the whole string.
  const isAscii = Buffer.byteLength(data) === data.length;
  return (isAscii ? data.length : 2 * data.length) + TEXT_OVERHEAD_BYTES;
}
