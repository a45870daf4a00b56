import { AsyncQueue } from '../../lib/async-queue.ts';
import type { SpeechEvent } from '../../stages/synthesizer.ts';
import type { ClauseSpeech } from './clause-speech.ts';
import { SpeechLines, type SpeechLinesOptions } from './speech-lines.ts';

export interface SocketSpeechOptions extends SpeechLinesOptions {
  /** Clauses handed over beyond the one that is being delivered. */
  readonly readAhead: number;
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
  const { readAhead, signal } = options;
  if (signal.aborted) return;
  const lines = new SpeechLines(options);
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
        begun.push(lines.begin(next.value));
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
    lines.leave();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    void feed();
    for await (const clause of begun) {
      if (signal.aborted) return;
      yield { type: 'clause-begun', clause: clause.index };
      for await (const event of clause) {
        if (signal.aborted) return;
        yield event;
      }
      if (signal.aborted) return;
      yield { type: 'clause-done', clause: clause.index };
      lines.delivered(clause);
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
