import { ParleyError } from '@parley/shared';
import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import { AsyncQueue } from '../../../base/lib/async-queue.ts';
import type { Languages } from '../languages.ts';
import type { TranscriptEvent, Transcriber, TranscriptionOptions } from './transcriber.ts';

const failed = () => new ParleyError('transcriber_failed');

/** A recogniser that does what the test says, and remembers what it was given. */
export class FakeTranscriber implements Transcriber {
  readonly name: string;
  languages: Languages;
  takesOpus = false;
  readonly log: string[] = [];
  readonly signals: AbortSignal[] = [];
  opened: 'at once' | 'never' | 'refused' = 'at once';
  pushFails = false;
  #events = new AsyncQueue<TranscriptEvent>(10);

  constructor(name: string) {
    this.name = name;
  }

  open({ signal, codec }: TranscriptionOptions) {
    this.log.push(codec === 'opus' && this.takesOpus ? 'open for opus' : 'open');
    this.signals.push(signal);
    if (this.opened === 'refused') return Promise.reject(failed());
    if (this.opened === 'never') return new Promise<never>(() => {});
    const events = new AsyncQueue<TranscriptEvent>(10);
    this.#events = events;
    return Promise.resolve({
      push: (samples: Int16Array) => {
        if (this.pushFails) throw failed();
        this.log.push(...[...samples].map(String));
      },
      pushOpus: this.takesOpus
        ? ({ packet }: OpusAudio) => {
            if (this.pushFails) throw failed();
            this.log.push(`packet ${packet.join(' ')}`);
          }
        : undefined,
      speculate: () => this.log.push('speculate'),
      finalize: () => this.log.push('finalize'),
      events,
    });
  }

  partial(text: string): void {
    this.#events.push({ type: 'transcript-partial', text });
  }

  final(text: string): void {
    this.#events.push({ type: 'transcript-final', text, unrecognised: false });
  }

  fail(error: Error = failed()): void {
    this.#events.fail(error);
  }

  end(): void {
    this.#events.close();
  }
}
