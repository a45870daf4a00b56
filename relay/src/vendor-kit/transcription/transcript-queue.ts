import { AsyncQueue } from '../../lib/async-queue.ts';
import type { TranscriptEvent } from '../../stages/transcriber.ts';

/** Far more turns than an utterance has; partials do not count, since they replace one another. */
const MAX_EVENTS = 1_000;

/** The events of one utterance for one reader; a slow reader gets the newest partial only. */
export class TranscriptQueue extends AsyncQueue<TranscriptEvent> {
  /** @param onLeft - called once the reader has left its loop, early or at the end */
  constructor(onLeft: () => void) {
    super(MAX_EVENTS, onLeft);
  }

  override push(event: TranscriptEvent): boolean {
    return super.push(event, event.type === 'transcript-partial' ? isPartial : undefined);
  }

  /** The last event. */
  final(text: string, unrecognised = false): void {
    this.push({ type: 'transcript-final', text, unrecognised });
    this.close();
  }
}

function isPartial({ type }: TranscriptEvent): boolean {
  return type === 'transcript-partial';
}
