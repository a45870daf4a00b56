import type { ClauseSpeech } from '../../vendor-kit/socket-speech/clause-speech.ts';
import type { SpeechDialect, SpokenSocket } from '../../vendor-kit/socket-speech/speech-dialect.ts';
import { splitText } from '../../vendor-kit/synthesis/speakable-text.ts';
import { readAura } from './deepgram-events.ts';

/** The vendor takes at most this much in one `Speak`. */
const MAX_SPEAK_CHARACTERS = 1_900;
/** The vendor answers at most 20 flushes a minute on a connection; two are left as a margin. */
const MAX_FLUSHES = 18;
const FLUSH_WINDOW_MS = 60_000;
/** With fewer flushes left than this, the next reply gets another connection. */
const WORTHWHILE_FLUSHES = 6;

/**
 * Each clause is spoken at once by a flush of its own, and the vendor's `Flushed` tells where its
 * audio ends. What is spoken comes strictly in order.
 */
export class AuraDialect implements SpeechDialect {
  readonly #flushedAtMs: number[];
  readonly #nowMs: () => number;
  readonly #owed: ClauseSpeech[] = [];

  /** @param flushedAtMs - when flushes were sent on this connection, by earlier replies too */
  constructor(flushedAtMs: number[], nowMs: () => number) {
    this.#flushedAtMs = flushedAtMs;
    this.#nowMs = nowMs;
  }

  get isFull(): boolean {
    return this.#flushesLeft <= 0;
  }

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    this.#owed.push(clause);
    for (const text of splitText(clause.text, MAX_SPEAK_CHARACTERS))
      socket.sendText({ type: 'Speak', text });
    socket.sendText({ type: 'Flush' });
    this.#flushedAtMs.push(this.#nowMs());
  }

  hear(socket: SpokenSocket, message: string): void {
    const heard = readAura(message);
    if (heard.type === 'error') throw socket.failure(heard.fault, { note: heard.note });
    if (heard.type === 'flushed') this.#owed.shift()?.end();
  }

  hearAudio(socket: SpokenSocket, bytes: Uint8Array): void {
    if (this.#owed[0]?.pushBytes(bytes) === false) {
      throw socket.failure('malformed', { note: 'audio' });
    }
  }

  leave(): boolean {
    return this.#owed.length === 0 && this.#flushesLeft >= WORTHWHILE_FLUSHES;
  }

  get #flushesLeft(): number {
    const sinceMs = this.#nowMs() - FLUSH_WINDOW_MS;
    while (this.#flushedAtMs.length > 0 && this.#flushedAtMs[0]! < sinceMs) {
      this.#flushedAtMs.shift();
    }
    return MAX_FLUSHES - this.#flushedAtMs.length;
  }
}
