import { joinPcm16, SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { transcriptOf } from '../kit/simulator.ts';
import type { Session } from './session.ts';

/** The audio of a session that its next words are heard in. */
export class HeardAudio {
  readonly rateHz: number;
  readonly #hear: (audio: Int16Array) => string;
  #pieces: Int16Array[] = [];
  #length = 0;

  constructor({ query, behaviour }: Session) {
    const isOpus = query.get('encoding') === 'opus';
    this.rateHz = isOpus ? SPEECH_HZ : Number(query.get('sample_rate') ?? SPEECH_HZ);
    this.#hear = behaviour.hear ?? transcriptOf;
  }

  get seconds(): number {
    return this.#length / this.rateHz;
  }

  add(samples: Int16Array): void {
    this.#pieces.push(samples);
    this.#length += samples.length;
  }

  words(): string {
    if (this.#length === 0) return '';
    const joined = joinPcm16(this.#pieces);
    this.#pieces = [joined];
    return this.#hear(joined);
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
