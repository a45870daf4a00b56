import { WebSocket } from 'ws';
import { ParleyError } from '@parley/shared';
import type {
  Transcriber,
  Transcription,
  TranscriptEvent,
  TranscriptionOptions,
} from '../../src/stages/transcriber.ts';

/** Sent by a stream when no more audio will come. */
export const FINALIZE = 'finalize';

const HANDSHAKE_DEADLINE_MS = 10_000;

/**
 * A streaming transcriber at the other end of a socket, as vendors have them: PCM in binary
 * messages, transcripts in text messages, one utterance after the other over the same connection.
 */
export class SocketTranscriber implements Transcriber {
  readonly name = 'socket';
  readonly #url: string;
  readonly #idle: WebSocket[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async open({ signal }: TranscriptionOptions): Promise<Transcription> {
    signal.throwIfAborted();
    const socket = this.#idle.pop() ?? (await this.#dial());
    const final = Promise.withResolvers<string>();
    final.promise.catch(() => {});
    const onWords = (words: Buffer) => final.resolve(words.toString('utf8'));
    const onLost = () => final.reject(new ParleyError('transcriber_failed'));
    socket.once('message', onWords);
    socket.once('close', onLost);
    let isClean = false;
    signal.addEventListener(
      'abort',
      () => {
        socket.off('message', onWords);
        socket.off('close', onLost);
        if (isClean) this.#idle.push(socket);
        else socket.close();
      },
      { once: true },
    );
    return {
      push: (samples) => {
        socket.send(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
      },
      finalize: () => socket.send(FINALIZE),
      events: wordsOf(final.promise, () => (isClean = true)),
    };
  }

  async #dial(): Promise<WebSocket> {
    const socket = new WebSocket(this.#url, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_DEADLINE_MS,
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => socket.terminate());
    return socket;
  }
}

async function* wordsOf(
  final: Promise<string>,
  onClean: () => void,
): AsyncGenerator<TranscriptEvent, void, undefined> {
  const text = await final;
  onClean();
  yield { type: 'transcript-final', text, unrecognised: false };
}
