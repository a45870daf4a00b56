import { AsyncQueue } from '../../lib/async-queue.ts';
import type { ProviderError } from '../provider-error.ts';
import type { SpeechEvent } from '../synthesizer.ts';
import type { SocketLease, SocketPool } from '../transport/socket-pool.ts';
import type { VendorSocket } from '../transport/vendor-socket.ts';
import { ClauseSpeech } from './clause-speech.ts';

/** What a dialect may do with its socket. */
export type SpokenSocket = Pick<VendorSocket, 'sendText' | 'failure'>;

/** How one vendor is told what to say over a socket, and how it answers. For one use of a socket. */
export interface SpeechDialect {
  /** Hands a clause over. */
  submit(socket: SpokenSocket, clause: ClauseSpeech): void;
  /** Adds what a message holds to the clauses it is about. @throws ProviderError */
  hear(socket: SpokenSocket, message: string): void;
  /** Nothing more is wanted. @returns whether the socket is as good as new for someone else */
  leave(socket: SpokenSocket): boolean;
}

export interface SocketSpeechOptions {
  readonly pool: SocketPool;
  readonly key: string;
  readonly dialect: SpeechDialect;
  readonly rateHz: number;
  /** Clauses handed over beyond the one that is being delivered. */
  readonly readAhead: number;
  readonly signal: AbortSignal;
}

/** Held audio of the clause in delivery at which the vendor's sending is stalled, and let go on. */
const PAUSE_AT_MS = 20_000;
const RESUME_AT_MS = 10_000;

/** Whether there is anything to be said; vendors answer anything else with errors or noise. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

/**
 * Speaks clauses over one socket, which is taken from the pool for the first clause that can be
 * said. While one is delivered the next are with the vendor already, so that they follow at once;
 * a listener that stops reading stops the vendor.
 *
 * @throws ProviderError. Ends early, without an error, when aborted.
 */
export async function* speakOverSocket(
  clauses: AsyncIterable<string>,
  options: SocketSpeechOptions,
): AsyncGenerator<SpeechEvent, void, undefined> {
  const { readAhead, signal } = options;
  if (signal.aborted) return;
  const line = new SpeechLine(options);
  const begun = new AsyncQueue<ClauseSpeech>(readAhead + 2);
  const source = clauses[Symbol.asyncIterator]();
  let isOver = false;
  let undelivered = 0;
  let wake = () => {};
  const feed = async () => {
    try {
      for (;;) {
        if (isOver) return;
        if (undelivered > readAhead) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const next = await source.next();
        if (isOver) return;
        if (next.done === true) break;
        undelivered += 1;
        begun.push(line.begin(next.value));
      }
      begun.close();
    } catch (error) {
      begun.fail(error);
    }
  };
  const stop = () => {
    isOver = true;
    wake();
    begun.close();
    line.leave();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    void feed();
    for await (const clause of begun) {
      if (signal.aborted) return;
      yield { type: 'clause-started', text: clause.text };
      for await (const event of clause) {
        if (signal.aborted) return;
        yield event;
      }
      line.delivered(clause);
      undelivered -= 1;
      wake();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    // Not waited for: a source that hangs would hang this, too.
    void Promise.resolve(source.return?.()).catch(() => {});
  }
}

/** The use of a socket for one reply. */
class SpeechLine {
  readonly #options: SocketSpeechOptions;
  /** Those with the vendor or waiting to be read, in order. */
  readonly #clauses: ClauseSpeech[] = [];
  #opening: Promise<void> | undefined;
  #lease: SocketLease | undefined;
  #error: ProviderError | undefined;
  #isOver = false;
  #isPaused = false;

  constructor(options: SocketSpeechOptions) {
    this.#options = options;
  }

  begin(text: string): ClauseSpeech {
    const { dialect, rateHz } = this.#options;
    const clause = new ClauseSpeech(text, rateHz);
    clause.onTaken = () => this.#regulate();
    this.#clauses.push(clause);
    if (!SPEAKABLE.test(text)) clause.end();
    else {
      this.#opening ??= this.#open();
      void this.#opening.then(
        () => {
          if (this.#error !== undefined) clause.fail(this.#error);
          else if (this.#lease !== undefined) dialect.submit(this.#lease.socket, clause);
        },
        (error: unknown) => clause.fail(error),
      );
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
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease === undefined) return;
    if (this.#isPaused) lease.socket.resume();
    if (lease.socket.isOpen && this.#options.dialect.leave(lease.socket)) {
      lease.giveBack();
      return;
    }
    // At once: the line may be dead, and nobody would answer a goodbye.
    lease.socket.terminate();
    lease.discard();
  }

  async #open(): Promise<void> {
    const { pool, key, signal, dialect } = this.#options;
    const lease = await pool.acquire(key, signal);
    if (this.#isOver) {
      lease.giveBack();
      return;
    }
    this.#lease = lease;
    lease.socket.listen({
      text: (message) => {
        dialect.hear(lease.socket, message);
        this.#regulate();
      },
      closed: (error) => {
        lease.discard();
        this.#lease = undefined;
        this.#isPaused = false;
        if (this.#clauses.every(({ isEnded }) => isEnded)) {
          // Nothing is lost: what comes next gets another one.
          dialect.leave(lease.socket);
          this.#opening = undefined;
          return;
        }
        this.#error = error;
        for (const clause of this.#clauses) clause.fail(error);
      },
    });
  }

  /**
   * Looks at the clause in delivery alone: a vendor that speaks several at once may send a later
   * one's audio before the rest of this one's, and to wait for that while not reading is for ever.
   */
  #regulate(): void {
    const socket = this.#lease?.socket;
    const heldMs = this.#clauses[0]?.heldMs ?? 0;
    if (socket === undefined || this.#isOver) return;
    if (!this.#isPaused && heldMs > PAUSE_AT_MS) socket.pause();
    else if (this.#isPaused && heldMs < RESUME_AT_MS) socket.resume();
    else return;
    this.#isPaused = !this.#isPaused;
  }
}
