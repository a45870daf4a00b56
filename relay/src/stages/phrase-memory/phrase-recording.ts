import type { SpeechEvent } from '../synthesizer.ts';

export type Recorded = Exclude<SpeechEvent, { readonly type: 'clause-started' }>;

/** A phrase as it was spoken. */
export interface Phrase {
  readonly events: readonly Recorded[];
  readonly bytes: number;
}

/** Roughly what an entry takes beside its samples. */
const OVERHEAD_BYTES = 512;

/** One clause as it goes by. */
export class PhraseRecording {
  readonly text: string;
  readonly #events: Recorded[] = [];
  #bytes = OVERHEAD_BYTES;

  constructor(text: string) {
    this.text = text;
  }

  take(event: Recorded): void {
    this.#events.push(copyOf(event));
    if (event.type === 'speech-audio') this.#bytes += event.samples.byteLength;
  }

  /** @returns undefined where there was nothing to hear */
  get phrase(): Phrase | undefined {
    if (!this.#events.some(({ type }) => type === 'speech-audio')) return undefined;
    return { events: this.#events, bytes: this.#bytes };
  }
}

/** Whoever receives samples owns them and may write over them. */
export function copyOf(event: Recorded): Recorded {
  return event.type === 'speech-audio' ? { ...event, samples: event.samples.slice() } : event;
}
