import { AsyncQueue } from '../../../base/lib/async-queue.ts';
import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';

/** Far more turns than an utterance has; partials do not count, since they replace one another. */
const MAX_EVENTS = 1_000;

/** `abandoned`: the signal was aborted, or the reader left before the last event. */
export type TranscriptEnd = 'final' | 'failed' | 'abandoned';

/**
 * The events of one utterance for one reader; a slow reader gets the newest partial only. They end
 * once: the first end counts.
 */
export class TranscriptQueue extends AsyncQueue<TranscriptEvent> {
  readonly #signal: AbortSignal;
  readonly #onEnd: (end: TranscriptEnd) => void;
  #isOver = false;

  /** @param onEnd - called once; from the constructor if the signal is aborted already */
  constructor(signal: AbortSignal, onEnd: (end: TranscriptEnd) => void) {
    super(MAX_EVENTS, () => this.#abandon());
    this.#signal = signal;
    this.#onEnd = onEnd;
    signal.addEventListener('abort', this.#abandon, { once: true });
    if (signal.aborted) this.#abandon();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  override push(event: TranscriptEvent): boolean {
    return super.push(event, event.type === 'transcript-partial' ? isPartial : undefined);
  }

  /** The last event. */
  final(text: string, unrecognised = false, isDoubtful = false): void {
    if (this.#isOver) return;
    const doubt = isDoubtful ? { isDoubtful } : undefined;
    this.push({ type: 'transcript-final', text, unrecognised, ...doubt });
    this.close();
    this.#end('final');
  }

  override fail(error: unknown): void {
    if (this.#isOver) return;
    super.fail(error);
    this.#end('failed');
  }

  readonly #abandon = (): void => {
    if (this.#isOver) return;
    this.drop();
    this.#end('abandoned');
  };

  #end(end: TranscriptEnd): void {
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#abandon);
    this.#onEnd(end);
  }
}

function isPartial({ type }: TranscriptEvent): boolean {
  return type === 'transcript-partial';
}

/** Joins what was recognised piece by piece. @param language - BCP 47 */
export function joinWords(pieces: readonly string[], language: string): string {
  // Languages written without spaces between words.
  const separator = /^(ja|zh|th)\b/i.test(language) ? '' : ' ';
  return pieces.filter((piece) => piece !== '').join(separator);
}
