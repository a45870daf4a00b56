import type { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import type { SpeechProtocol, SpokenSocket } from '../../vendor-kit/synthesis/speech-protocol.ts';
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
export class AuraProtocol implements SpeechProtocol {
  readonly #flushedAtMs: number[];
  readonly #nowMs: () => number;
  readonly #unfinished: ClauseSpeech[] = [];

  /** @param flushedAtMs - when flushes were sent on this connection, by earlier replies too */
  constructor(flushedAtMs: number[], nowMs: () => number) {
    this.#flushedAtMs = flushedAtMs;
    this.#nowMs = nowMs;
  }

  get isFull(): boolean {
    return this.#flushesLeft <= 0;
  }

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    this.#unfinished.push(clause);
    for (const text of splitText(clause.text, MAX_SPEAK_CHARACTERS))
      socket.sendText({ type: 'Speak', text });
    socket.sendText({ type: 'Flush' });
    this.#flushedAtMs.push(this.#nowMs());
  }

  receive(socket: SpokenSocket, message: string): void {
    const heard = readAura(message);
    if (heard.type === 'error') throw socket.failure(heard.fault, { note: heard.note });
    if (heard.type === 'flushed') this.#unfinished.shift()?.end();
  }

  receiveAudio(socket: SpokenSocket, bytes: Uint8Array): void {
    if (this.#unfinished[0]?.pushBytes(bytes) === false) {
      throw socket.failure('malformed', { note: 'audio' });
    }
  }

  cancel(): boolean {
    return this.#unfinished.length === 0 && this.#flushesLeft >= WORTHWHILE_FLUSHES;
  }

  get #flushesLeft(): number {
    const sinceMs = this.#nowMs() - FLUSH_WINDOW_MS;
    while (this.#flushedAtMs.length > 0 && this.#flushedAtMs[0]! < sinceMs) {
      this.#flushedAtMs.shift();
    }
    return MAX_FLUSHES - this.#flushedAtMs.length;
  }
}
