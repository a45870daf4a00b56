import type { ProviderError } from '../provider-error.ts';
import { PcmReader } from '../transport/pcm-reader.ts';
import type { SocketLease } from '../transport/socket-pool.ts';
import { readAura } from './deepgram-events.ts';

/** The vendor takes at most this much in one `Speak`. */
const MAX_SPEAK_CHARACTERS = 1_900;
/** The vendor answers at most 20 flushes a minute on a connection; two are left as a margin. */
const MAX_FLUSHES = 18;
const FLUSH_WINDOW_MS = 60_000;
/** With fewer flushes left than this, a connection is no use to the next reply. */
const WORTHWHILE_FLUSHES = 6;

/** One clause on its way from text to speech. */
export interface SpokenClause {
  readonly text: string;
  /** Audio that has come and is not read yet. */
  readonly audio: Int16Array[];
  isDone: boolean;
}

export interface AuraLineOptions {
  readonly lease: SocketLease;
  readonly nowMs: () => number;
  /** When flushes were sent on this connection, by earlier replies too. */
  readonly flushedAtMs: number[];
  onAudio(clause: SpokenClause, samples: Int16Array): void;
  onDone(clause: SpokenClause): void;
  /** The connection is of no more use; clauses it still owes are lost. */
  onFailed(error: ProviderError): void;
}

/** The use of one connection by one reply: clauses go in, and each one's audio comes out in order. */
export class AuraLine {
  readonly #options: AuraLineOptions;
  readonly #owed: SpokenClause[] = [];
  readonly #pcm = new PcmReader();
  #isRetired = false;

  constructor(options: AuraLineOptions) {
    this.#options = options;
    options.lease.socket.listen({
      binary: (bytes) => this.#hear(bytes),
      text: (message) => this.#read(message),
      closed: (error) => {
        if (this.#owed.length > 0) options.onFailed(error);
      },
    });
  }

  /** Whether another clause may be spoken here now. */
  get hasRoom(): boolean {
    return !this.#isRetired && this.#options.lease.socket.isOpen && this.#flushesLeft > 0;
  }

  speak(clause: SpokenClause): void {
    const { lease, nowMs, flushedAtMs } = this.#options;
    this.#owed.push(clause);
    for (const text of splitLong(clause.text)) lease.socket.sendText({ type: 'Speak', text });
    lease.socket.sendText({ type: 'Flush' });
    flushedAtMs.push(nowMs());
  }

  pause(): void {
    this.#options.lease.socket.pause();
  }

  resume(): void {
    this.#options.lease.socket.resume();
  }

  /** No clause will follow; it ends with the last one it owes. */
  retire(): void {
    this.#isRetired = true;
    if (this.#owed.length === 0) this.#options.lease.discard();
  }

  /** The reply is over: what is still owed is not wanted any more. */
  release(): void {
    const { lease } = this.#options;
    if (this.#owed.length > 0 || this.#isRetired || this.#flushesLeft < WORTHWHILE_FLUSHES) {
      lease.discard();
    } else {
      lease.socket.resume();
      lease.giveBack();
    }
  }

  get #flushesLeft(): number {
    const { flushedAtMs, nowMs } = this.#options;
    while (flushedAtMs.length > 0 && nowMs() - flushedAtMs[0]! > FLUSH_WINDOW_MS) {
      flushedAtMs.shift();
    }
    return MAX_FLUSHES - flushedAtMs.length;
  }

  #hear(bytes: Uint8Array): void {
    const clause = this.#owed[0];
    if (clause === undefined) return;
    const samples = this.#pcm.read(bytes);
    if (samples.length > 0) this.#options.onAudio(clause, samples);
  }

  #read(message: string): void {
    const { lease, onDone } = this.#options;
    const heard = readAura(message);
    if (heard.type === 'error') throw lease.socket.failure(heard.fault, { note: heard.note });
    if (heard.type !== 'flushed') return;
    this.#pcm.reset();
    const clause = this.#owed.shift();
    if (clause === undefined) return;
    clause.isDone = true;
    onDone(clause);
    if (this.#isRetired && this.#owed.length === 0) lease.discard();
  }
}

/** Cuts a text that is too long for one message, between words where there are any. */
export function splitLong(text: string, maxCharacters = MAX_SPEAK_CHARACTERS): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > maxCharacters) {
    const space = rest.lastIndexOf(' ', maxCharacters);
    let at = space > 0 ? space : maxCharacters;
    // Not within a character of two units.
    if (/[\uD800-\uDBFF]/.test(rest[at - 1]!)) at -= 1;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...pieces, rest].filter((piece) => piece.trim() !== '');
}
