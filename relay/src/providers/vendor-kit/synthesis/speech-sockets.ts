import type { SocketLease, SocketPool } from '../websocket/socket-pool.ts';
import type { VendorSocket } from '../websocket/vendor-socket.ts';
import { ClauseSpeech } from './clause-speech.ts';
import { isSpeakable } from './speakable-text.ts';

/** What a protocol may do with its socket. */
export type SpokenSocket = Pick<VendorSocket, 'sendText' | 'failure'>;

/** One vendor's messages for speech over a socket, for one use of the socket. */
export interface SpeechProtocol {
  /** Whether no more clauses may be submitted here, though the rest of the others still comes. */
  readonly isFull?: boolean;
  submit(socket: SpokenSocket, clause: ClauseSpeech): void;
  /** Adds what a message holds to the clauses it is about. @throws ProviderError */
  receive(socket: SpokenSocket, message: string): void;
  /** The same for audio outside of messages. @throws ProviderError */
  receiveAudio?(socket: SpokenSocket, bytes: Uint8Array): void;
  /** Called once, before `cancel`: nothing more of what was submitted is received. */
  over?(): void;
  /** Nothing more is wanted. @returns whether the socket is as good as new for another reply */
  cancel(socket: SpokenSocket): boolean;
}

export interface SpeechSocketsOptions {
  readonly pool: SocketPool;
  readonly key: string;
  readonly protocolFor: (socket: VendorSocket) => SpeechProtocol;
  readonly rateHz: number;
  readonly signal: AbortSignal;
  /** Called once, at the end. @param characters - of all clauses that were submitted */
  readonly onSubmitted?: (characters: number) => void;
}

/** Audio not yet read at which reading from the vendor is paused, and resumed. */
const PAUSE_AT_MS = 20_000;
const RESUME_AT_MS = 10_000;

interface SpeechSocket {
  readonly lease: SocketLease;
  readonly protocol: SpeechProtocol;
  /** Clauses submitted that the vendor has not spoken to their end. */
  readonly unfinished: Set<ClauseSpeech>;
}

/**
 * The sockets of one reply: as a rule one, taken for the first clause that can be spoken, and
 * another if that takes no more or was closed with nothing unfinished.
 */
export class SpeechSockets {
  readonly #options: SpeechSocketsOptions;
  /** The clauses with the vendor or waiting to be read, in order. */
  readonly #clauses: ClauseSpeech[] = [];
  readonly #sockets = new Set<SpeechSocket>();
  /** The one that takes the next clause. */
  #current: SpeechSocket | undefined;
  #submitting: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #begun = 0;
  #submittedCharacters = 0;
  #isOver = false;
  #isPaused = false;

  constructor(options: SpeechSocketsOptions) {
    this.#options = options;
  }

  begin(text: string): ClauseSpeech {
    const clause = new ClauseSpeech(this.#begun++, text, this.#options.rateHz);
    clause.onTaken = () => this.#regulate();
    this.#clauses.push(clause);
    if (!isSpeakable(text)) clause.end();
    else {
      this.#submitting = this.#submitting
        .then(() => this.#submit(clause))
        .catch((error: unknown) => this.#fail(error));
    }
    return clause;
  }

  delivered(clause: ClauseSpeech): void {
    this.#clauses.splice(this.#clauses.indexOf(clause), 1);
    this.#regulate();
  }

  /** Ends what is under way, and gives back the sockets that are as good as new. */
  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const clause of this.#clauses.splice(0)) clause.end();
    for (const { lease, protocol } of this.#sockets) {
      if (this.#isPaused) lease.socket.resume();
      protocol.over?.();
      if (lease.socket.isOpen && protocol.cancel(lease.socket)) lease.giveBack();
      else lease.discard();
    }
    this.#sockets.clear();
    if (this.#submittedCharacters > 0) this.#options.onSubmitted?.(this.#submittedCharacters);
  }

  async #submit(clause: ClauseSpeech): Promise<void> {
    if (this.#isOver) return;
    if (this.#failure !== undefined) {
      clause.fail(this.#failure.error);
      return;
    }
    const last = this.#current;
    if (last !== undefined && (last.protocol.isFull === true || !last.lease.socket.isOpen)) {
      this.#current = undefined;
      this.#discardIfIdle(last);
    }
    const current = this.#current ?? (await this.#open());
    if (current === undefined) return;
    current.unfinished.add(clause);
    this.#submittedCharacters += clause.text.trim().length;
    const { socket } = current.lease;
    socket.corked(() => current.protocol.submit(socket, clause));
  }

  async #open(): Promise<SpeechSocket | undefined> {
    const { pool, key, signal, protocolFor } = this.#options;
    const lease = await pool.acquire(key, signal);
    if (this.#isOver) {
      lease.giveBack();
      return undefined;
    }
    const { socket } = lease;
    const opened: SpeechSocket = { lease, protocol: protocolFor(socket), unfinished: new Set() };
    this.#current = opened;
    this.#sockets.add(opened);
    socket.listen({
      text: (message) => {
        opened.protocol.receive(socket, message);
        this.#received(opened);
      },
      binary: (bytes) => {
        opened.protocol.receiveAudio?.(socket, bytes);
        this.#received(opened);
      },
      closed: (error) => this.#closed(opened, error),
    });
    // Afterwards, because listening to a new socket begins to read from it.
    if (this.#isPaused) socket.pause();
    return opened;
  }

  #received(from: SpeechSocket): void {
    for (const clause of from.unfinished) if (clause.isEnded) from.unfinished.delete(clause);
    this.#discardIfIdle(from);
    this.#regulate();
  }

  /** A socket that takes no more is done with the last of its clauses. */
  #discardIfIdle(socket: SpeechSocket): void {
    if (socket === this.#current || socket.unfinished.size > 0) return;
    this.#leave(socket);
  }

  #closed(socket: SpeechSocket, error: unknown): void {
    this.#leave(socket);
    if (socket === this.#current) this.#current = undefined;
    // If nothing is lost, the next clause gets another socket.
    if (socket.unfinished.size > 0) this.#fail(error);
  }

  #leave(socket: SpeechSocket): void {
    if (!this.#sockets.delete(socket)) return;
    socket.protocol.over?.();
    socket.lease.discard();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    for (const clause of this.#clauses) clause.fail(error);
  }

  /**
   * Counts what can be delivered now: up to the first clause that the vendor has not spoken to its
   * end. A vendor that speaks several at once may send a later one's audio before the rest of that,
   * which would never come while reading is paused.
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
    for (const { lease } of this.#sockets) {
      if (isPaused) lease.socket.pause();
      else lease.socket.resume();
    }
  }
}
