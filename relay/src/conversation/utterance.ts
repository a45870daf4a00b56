import { ParleyError } from '@parley/shared';
import type { Clock } from '../lib/clock.ts';
import type { Transcriber, Transcription } from '../providers/transcriber.ts';

export type UtteranceOutcome =
  | { readonly kind: 'heard'; readonly text: string; readonly unrecognised: boolean }
  | { readonly kind: 'failed'; readonly error: ParleyError }
  /** Taken back by the client, or the session ended. */
  | { readonly kind: 'discarded' };

export interface UtteranceOptions {
  readonly transcriber: Transcriber;
  readonly language: string;
  readonly clock: Clock;
  /** Longest wait for the final words once the person has finished. */
  readonly deadlineMs: number;
  readonly onPartial: (text: string) => void;
}

type Stream =
  /** The recogniser is not open yet; what was said meanwhile waits here. */
  | { readonly kind: 'opening'; readonly waiting: Int16Array[] }
  | { readonly kind: 'open'; readonly transcription: Transcription }
  | { readonly kind: 'over' };

/** One utterance from onset to final words. */
export class Utterance {
  readonly outcome: Promise<UtteranceOutcome>;
  readonly #options: UtteranceOptions;
  readonly #abort = new AbortController();
  #stream: Stream = { kind: 'opening', waiting: [] };
  #isFinalized = false;
  #cancelDeadline: () => void = () => {};

  constructor(options: UtteranceOptions) {
    this.#options = options;
    this.outcome = this.#run();
  }

  /** Hands audio on at once; the session bounds how long an utterance may be. */
  push(samples: Int16Array): void {
    const stream = this.#stream;
    if (stream.kind === 'open') this.#attempt(() => stream.transcription.push(samples));
    else if (stream.kind === 'opening') stream.waiting.push(samples);
  }

  finalize(): void {
    if (this.#isFinalized || this.#stream.kind === 'over') return;
    this.#isFinalized = true;
    this.#cancelDeadline = this.#options.clock.after(this.#options.deadlineMs, () =>
      this.#abort.abort(new ParleyError('transcriber_timeout')),
    );
    const stream = this.#stream;
    if (stream.kind === 'open') this.#attempt(() => stream.transcription.finalize());
  }

  discard(): void {
    this.#abort.abort();
  }

  /** What a recogniser throws into the call that feeds it would end the process, not the call. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (cause) {
      this.#abort.abort(new ParleyError('transcriber_failed', { cause }));
    }
  }

  async #run(): Promise<UtteranceOutcome> {
    const { signal } = this.#abort;
    const aborted = new Promise<UtteranceOutcome>((resolve) => {
      signal.addEventListener('abort', () => {
        const reason: unknown = signal.reason;
        resolve(
          reason instanceof ParleyError ? { kind: 'failed', error: reason } : { kind: 'discarded' },
        );
      });
    });
    try {
      return await Promise.race([this.#transcribe(), aborted]);
    } catch (cause) {
      const error =
        cause instanceof ParleyError ? cause : new ParleyError('transcriber_failed', { cause });
      return { kind: 'failed', error };
    } finally {
      this.#stream = { kind: 'over' };
      this.#cancelDeadline();
      this.#abort.abort();
    }
  }

  async #transcribe(): Promise<UtteranceOutcome> {
    const { transcriber, language, onPartial } = this.#options;
    const { signal } = this.#abort;
    const transcription = await transcriber.open({ language, signal });
    if (this.#stream.kind === 'opening') {
      for (const samples of this.#stream.waiting) transcription.push(samples);
      this.#stream = { kind: 'open', transcription };
      if (this.#isFinalized) transcription.finalize();
    }
    for await (const event of transcription.events) {
      if (signal.aborted) break;
      if (event.type === 'transcript-partial') onPartial(event.text);
      else if (event.type === 'transcript-final') {
        return { kind: 'heard', text: event.text, unrecognised: event.unrecognised };
      }
    }
    // Ended without a final: nothing that could be made out.
    return { kind: 'heard', text: '', unrecognised: false };
  }
}
