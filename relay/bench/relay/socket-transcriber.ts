import { WebSocket } from 'ws';
import { ParleyError } from '@parley/shared';
import type {
  Transcriber,
  Transcription,
  TranscriptEvent,
  TranscriptionOptions,
} from '../../src/providers/transcriber.ts';

/** What a stream sends when no more audio will come, and what it is answered. */
export const FINALIZE = 'finalize';

const HANDSHAKE_DEADLINE_MS = 10_000;

/**
 * A streaming transcriber at the other end of a socket, as vendors have them: one connection for
 * each utterance, PCM in binary messages, words in text messages.
 */
export class SocketTranscriber implements Transcriber {
  readonly name = 'socket';
  readonly #url: string;
  #forwarded = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Chunks handed on since the beginning. */
  get forwarded(): number {
    return this.#forwarded;
  }

  async open({ signal }: TranscriptionOptions): Promise<Transcription> {
    signal.throwIfAborted();
    const socket = new WebSocket(this.#url, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_DEADLINE_MS,
    });
    signal.addEventListener('abort', () => socket.close(), { once: true });
    const final = new Promise<string>((resolve, reject) => {
      socket.once('message', (words: Buffer) => resolve(words.toString('utf8')));
      const lost = (cause: unknown) => reject(new ParleyError('transcriber_failed', { cause }));
      socket.on('error', lost);
      socket.on('close', lost);
    });
    final.catch(() => {});
    await Promise.race([new Promise((resolve) => socket.once('open', resolve)), final]);
    return {
      push: (samples) => {
        this.#forwarded++;
        socket.send(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
      },
      finalize: () => socket.send(FINALIZE),
      events: wordsOf(final),
    };
  }
}

async function* wordsOf(final: Promise<string>): AsyncGenerator<TranscriptEvent, void, undefined> {
  yield { type: 'transcript-final', text: await final, unrecognised: false };
}
