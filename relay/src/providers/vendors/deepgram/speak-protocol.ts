import type { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import type { SpeechProtocol, SpokenSocket } from '../../vendor-kit/synthesis/speech-sockets.ts';
import { splitText } from '../../vendor-kit/synthesis/speakable-text.ts';
import type { readAura } from './deepgram-events.ts';

/** The vendor takes at most this much in one `Speak`. */
const MAX_SPEAK_CHARACTERS = 1_900;

/**
 * Each clause is spoken at once by a flush of its own, and the vendor reports the end of its audio.
 * Audio comes strictly in order, however much is waiting.
 */
export class SpeakProtocol implements SpeechProtocol {
  readonly #read: typeof readAura;
  readonly #unfinished: ClauseSpeech[] = [];

  /** @param read - a message of the endpoint; throws if it is not as documented */
  constructor(read: typeof readAura) {
    this.#read = read;
  }

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    this.#unfinished.push(clause);
    for (const text of splitText(clause.text, MAX_SPEAK_CHARACTERS))
      socket.sendText({ type: 'Speak', text });
    socket.sendText({ type: 'Flush' });
  }

  receive(socket: SpokenSocket, message: string): void {
    const heard = this.#read(message);
    if (heard.type === 'error') throw socket.failure(heard.fault, { note: heard.note });
    if (heard.type === 'flushed') this.#unfinished.shift()?.end();
  }

  receiveAudio(socket: SpokenSocket, bytes: Uint8Array): void {
    if (this.#unfinished[0]?.pushBytes(bytes) === false) {
      throw socket.failure('malformed', { note: 'audio' });
    }
  }

  cancel(): boolean {
    return this.#unfinished.length === 0;
  }
}
