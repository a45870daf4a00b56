import type { Socket } from 'node:net';

/** How long a piece of data takes, ms. */
export type Delay = () => number;

/** Above this the sender must wait, as for a full window. */
const WINDOW_BYTES = 256 * 1024;

interface Piece {
  /** undefined: the sender has said all. */
  readonly bytes: Buffer | undefined;
  readonly dueMs: number;
}

/** One direction of a connection: what arrives on one socket leaves on another, in order, when it is due. */
export class OneWay {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #delay: Delay | undefined;
  #stalledUntilMs = 0;
  #isSilent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    from.on('data', (bytes) => this.#take(bytes));
    from.on('end', () => this.#take(undefined));
    from.on('error', () => {});
    from.on('close', () => this.#closed());
    to.on('close', () => this.#drop());
    to.on('drain', () => this.#deliver());
  }

  silence(): void {
    this.#isSilent = true;
    this.#drop();
  }

  stall(durationMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, performance.now() + durationMs);
    this.#deliver();
  }

  delay(delay: Delay | undefined): void {
    this.#delay = delay;
  }

  #take(bytes: Buffer | undefined): void {
    // Even then the sender's bytes are taken: it does not notice that they lead nowhere.
    if (this.#isSilent) return;
    const nowMs = performance.now();
    this.#waitingBytes += bytes?.length ?? 0;
    this.#waiting.push({ bytes, dueMs: nowMs + (this.#delay?.() ?? 0) });
    if (this.#waitingBytes > WINDOW_BYTES) this.#from.pause();
    this.#deliver();
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const [piece] = this.#waiting;
      if (piece === undefined || this.#to.destroyed || this.#to.writableNeedDrain) break;
      const waitMs = Math.max(piece.dueMs, this.#stalledUntilMs) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#deliver(), waitMs);
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= piece.bytes?.length ?? 0;
      if (piece.bytes === undefined) this.#to.end();
      else this.#to.write(piece.bytes);
    }
    if (this.#waitingBytes <= WINDOW_BYTES) this.#from.resume();
  }

  /** The sender is gone: the receiver learns it, unless this way is silent. */
  #closed(): void {
    if (this.#isSilent) return;
    // A socket that ended in an orderly way has nothing left to say but what still waits here.
    if (this.#waiting.length > 0 && !this.#from.errored) return;
    this.#to.destroy();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }
}
