import { isSpeakable } from '../synthesis/speakable-text.ts';
import type { SocketLease, SocketPool } from '../websocket/socket-pool.ts';
import type { VendorSocket } from '../websocket/vendor-socket.ts';
import { ClauseSpeech } from './clause-speech.ts';
import type { SpeechDialect } from './speech-dialect.ts';

export interface SpeechLinesOptions {
  readonly pool: SocketPool;
  readonly key: string;
  readonly dialectFor: (socket: VendorSocket) => SpeechDialect;
  readonly rateHz: number;
  readonly signal: AbortSignal;
}

/** Held audio at which the vendor's sending is stalled, and let go on. */
const PAUSE_AT_MS = 20_000;
const RESUME_AT_MS = 10_000;

interface SpeechLine {
  readonly lease: SocketLease;
  readonly dialect: SpeechDialect;
  /** Clauses handed over that the vendor has not said to their end. */
  readonly owed: Set<ClauseSpeech>;
}

/**
 * The sockets of one reply: as a rule one, taken for the first clause that can be said, and another
 * where that takes no more or was closed with nothing owed.
 */
export class SpeechLines {
  readonly #options: SpeechLinesOptions;
  /** Those with the vendor or waiting to be read, in order. */
  readonly #clauses: ClauseSpeech[] = [];
  readonly #lines = new Set<SpeechLine>();
  /** Where the next clause goes. */
  #line: SpeechLine | undefined;
  #handing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #begun = 0;
  #isOver = false;
  #isPaused = false;

  constructor(options: SpeechLinesOptions) {
    this.#options = options;
  }

  begin(text: string): ClauseSpeech {
    const clause = new ClauseSpeech(this.#begun++, text, this.#options.rateHz);
    clause.onTaken = () => this.#regulate();
    this.#clauses.push(clause);
    if (!isSpeakable(text)) clause.end();
    else {
      this.#handing = this.#handing
        .then(() => this.#hand(clause))
        .catch((error: unknown) => this.#fail(error));
    }
    return clause;
  }

  delivered(clause: ClauseSpeech): void {
    this.#clauses.splice(this.#clauses.indexOf(clause), 1);
    this.#regulate();
  }

  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const clause of this.#clauses.splice(0)) clause.end();
    for (const { lease, dialect } of this.#lines) {
      if (this.#isPaused) lease.socket.resume();
      if (lease.socket.isOpen && dialect.leave(lease.socket)) lease.giveBack();
      else lease.discard();
    }
    this.#lines.clear();
  }

  async #hand(clause: ClauseSpeech): Promise<void> {
    if (this.#isOver) return;
    if (this.#failure !== undefined) {
      clause.fail(this.#failure.error);
      return;
    }
    const current = this.#line;
    if (
      current !== undefined &&
      (current.dialect.isFull === true || !current.lease.socket.isOpen)
    ) {
      this.#line = undefined;
      this.#endIfIdle(current);
    }
    const line = this.#line ?? (await this.#open());
    if (line === undefined) return;
    line.owed.add(clause);
    const { socket } = line.lease;
    socket.corked(() => line.dialect.submit(socket, clause));
  }

  async #open(): Promise<SpeechLine | undefined> {
    const { pool, key, signal, dialectFor } = this.#options;
    const lease = await pool.acquire(key, signal);
    if (this.#isOver) {
      lease.giveBack();
      return undefined;
    }
    const { socket } = lease;
    const line: SpeechLine = { lease, dialect: dialectFor(socket), owed: new Set() };
    this.#line = line;
    this.#lines.add(line);
    socket.listen({
      text: (message) => {
        line.dialect.hear(socket, message);
        this.#heard(line);
      },
      binary: (bytes) => {
        line.dialect.hearAudio?.(socket, bytes);
        this.#heard(line);
      },
      closed: (error) => this.#closed(line, error),
    });
    // Afterwards, because listening to a new socket begins to read from it.
    if (this.#isPaused) socket.pause();
    return line;
  }

  #heard(line: SpeechLine): void {
    for (const clause of line.owed) if (clause.isEnded) line.owed.delete(clause);
    this.#endIfIdle(line);
    this.#regulate();
  }

  /** A line that takes no more has done its work with the last clause it owes. */
  #endIfIdle(line: SpeechLine): void {
    if (line === this.#line || line.owed.size > 0) return;
    line.lease.discard();
    this.#lines.delete(line);
  }

  #closed(line: SpeechLine, error: unknown): void {
    line.lease.discard();
    this.#lines.delete(line);
    if (line === this.#line) this.#line = undefined;
    // Where nothing is lost, what comes next gets another one.
    if (line.owed.size > 0) this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    for (const clause of this.#clauses) clause.fail(error);
  }

  /**
   * Counts what can be delivered now: up to the first clause the vendor has not said to its end. A
   * vendor that speaks several at once may send a later one's audio before the rest of that, and to
   * wait for it while not reading is for ever.
   */
  #regulate(): void {
    if (this.#isOver) return;
    let heldMs = 0;
    for (const clause of this.#clauses) {
      heldMs += clause.heldMs;
      if (!clause.isEnded) break;
    }
    const isPaused = heldMs > (this.#isPaused ? RESUME_AT_MS : PAUSE_AT_MS);
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    for (const { lease } of this.#lines) {
      if (isPaused) lease.socket.pause();
      else lease.socket.resume();
    }
  }
}
