import { readAhead } from '../../../base/lib/read-ahead.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { SpeechSockets, type SpeechSocketsOptions } from './speech-sockets.ts';

export interface SocketSpeechOptions extends SpeechSocketsOptions {
  /** Clauses submitted to the vendor beyond the one that is being delivered. */
  readonly ahead: number;
}

/**
 * Speaks clauses over sockets of a pool. While one is delivered the next are with the vendor already,
 * so that they follow at once; a listener that stops reading stops the vendor.
 *
 * @throws ProviderError. Ends early, without an error, when aborted.
 */
export async function* speakOverSocket(
  clauses: AsyncIterable<string>,
  options: SocketSpeechOptions,
): AsyncGenerator<SpeechEvent, void, undefined> {
  const { ahead, signal } = options;
  if (signal.aborted) return;
  const sockets = new SpeechSockets(options);
  const release = () => sockets.release();
  signal.addEventListener('abort', release, { once: true });
  const begin = (text: string) => sockets.begin(text);
  try {
    for await (const clause of readAhead(clauses, { begin, ahead, signal })) {
      yield { type: 'clause-begun', clause: clause.index };
      for await (const event of clause) {
        if (signal.aborted) return;
        yield event;
      }
      if (signal.aborted) return;
      yield { type: 'clause-done', clause: clause.index };
      sockets.delivered(clause);
    }
  } finally {
    signal.removeEventListener('abort', release);
    release();
  }
}
