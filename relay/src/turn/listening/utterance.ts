import { ParleyError } from '@parley/shared';
import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Failover } from '../../stages/provider.ts';
import { KeptSpeech } from '../../stages/failover/kept-speech.ts';
import type { Transcriber, Transcription } from '../../stages/transcriber.ts';
import { QuietWatch } from './quiet-watch.ts';

export type UtteranceOutcome =
  | { readonly kind: 'heard'; readonly text: string; readonly unrecognised: boolean }
  | {
      readonly kind: 'failed';
      readonly error: ParleyError;
      /** All that was said, PCM16 at 16 kHz. */
      readonly audio: readonly Int16Array[];
    }
  /** Taken back by the client, or the session ended. */
  | { readonly kind: 'discarded' };

export interface UtteranceOptions {
  readonly transcriber: Transcriber;
  readonly language: string;
  readonly clock: Clock;
  /** Longest wait for the final words once the person has finished. */
  readonly deadlineMs: number;
  /** Longest utterance, at 16 kHz. */
  readonly maxSamples: number;
  readonly onPartial: (text: string) => void;
  readonly onFailover: (failover: Failover) => void;
  /** The recogniser has given something. */
  readonly onProgress: () => void;
  readonly logger: Logger;
}

/** One utterance from onset to final words. */
export class Utterance {
  readonly outcome: Promise<UtteranceOutcome>;
  readonly #options: UtteranceOptions;
  readonly #abort = new AbortController();
  /** For a recogniser that opens late, and for one that must begin again. */
  readonly #audio: KeptSpeech;
  #attempt = new AbortController();
  // Apart, not in an object of states: with many speakers each object that the audio passes is
  // one more that has to be fetched from memory.
  /** undefined while the recogniser is opened, and in the end. */
  #transcription: Transcription | undefined;
  /** Only where the recogniser can use the hint. */
  #quiet: QuietWatch | undefined;
  #isOver = false;
  #isFinalized = false;
  #hasRestarted = false;
  #cancelDeadline: () => void = () => {};

  constructor(options: UtteranceOptions) {
    this.#options = options;
    this.#audio = new KeptSpeech(options.maxSamples);
    this.outcome = this.#run();
  }

  /** Hands audio on at once; the session bounds how long an utterance may be. */
  push(samples: Int16Array): void {
    if (this.#isOver) return;
    this.#audio.add(samples);
    const transcription = this.#transcription;
    if (transcription === undefined) return;
    try {
      transcription.push(samples);
      if (this.#quiet?.heard(samples) === true) transcription.speculate?.();
    } catch (cause) {
      // What a recogniser throws into the call that feeds it would end the process, not the call.
      this.fail('transcriber_failed', cause);
    }
  }

  finalize(): void {
    if (this.#isFinalized || this.#isOver) return;
    this.#isFinalized = true;
    this.#cancelDeadline = this.#options.clock.after(this.#options.deadlineMs, () =>
      this.fail('transcriber_timeout'),
    );
    try {
      this.#transcription?.finalize();
    } catch (cause) {
      this.fail('transcriber_failed', cause);
    }
  }

  discard(): void {
    this.#abort.abort(OVER);
  }

  /** Nothing more is waited for. */
  fail(code: 'transcriber_timeout' | 'transcriber_failed', cause?: unknown): void {
    this.#abort.abort(new ParleyError(code, { cause }));
  }

  /** Gives the whole utterance to a new stream, once. @returns false where that was done before */
  restart(): boolean {
    if (this.#hasRestarted || this.#isOver) return false;
    this.#hasRestarted = true;
    this.#transcription = undefined;
    this.#attempt.abort(OVER);
    return true;
  }

  async #run(): Promise<UtteranceOutcome> {
    const { signal } = this.#abort;
    const aborted = new Promise<UtteranceOutcome>((resolve) => {
      signal.addEventListener('abort', () => {
        const reason: unknown = signal.reason;
        resolve(reason instanceof ParleyError ? this.#failed(reason) : { kind: 'discarded' });
      });
    });
    try {
      return await Promise.race([this.#transcribe(), aborted]);
    } catch (cause) {
      return this.#failed(
        cause instanceof ParleyError ? cause : new ParleyError('transcriber_failed', { cause }),
      );
    } finally {
      this.#isOver = true;
      this.#transcription = undefined;
      this.#audio.release();
      this.#cancelDeadline();
      this.#abort.abort(OVER);
      this.#attempt.abort(OVER);
    }
  }

  async #transcribe(): Promise<UtteranceOutcome> {
    for (;;) {
      const { signal } = this.#attempt;
      const restarted = new Promise<undefined>((resolve) => {
        signal.addEventListener('abort', () => resolve(undefined));
      });
      const attempt = this.#try(signal);
      attempt.catch(() => {});
      const outcome = await Promise.race([attempt, restarted]);
      if (outcome !== undefined) return outcome;
      if (this.#abort.signal.aborted) return { kind: 'discarded' };
      this.#attempt = new AbortController();
    }
  }

  async #try(signal: AbortSignal): Promise<UtteranceOutcome> {
    const { transcriber, language, onPartial, onFailover, onProgress, logger } = this.#options;
    const transcription = await transcriber.open({
      language,
      signal,
      onFailover,
      kept: this.#audio,
    });
    if (!this.#isOver && !signal.aborted) {
      for (const samples of this.#audio.pieces()) transcription.push(samples);
      this.#quiet = transcription.speculate === undefined ? undefined : new QuietWatch();
      this.#transcription = transcription;
      if (this.#isFinalized) transcription.finalize();
    }
    for await (const event of transcription.events) {
      if (signal.aborted) break;
      onProgress();
      if (event.type === 'transcript-partial') onPartial(event.text);
      else if (event.type === 'transcript-final') {
        return { kind: 'heard', text: event.text, unrecognised: event.unrecognised };
      } else logger.debug({ turn: event.type }, 'the recogniser judged the turn');
    }
    // Ended without a final: nothing that could be made out.
    return { kind: 'heard', text: '', unrecognised: false };
  }

  #failed(error: ParleyError): UtteranceOutcome {
    return { kind: 'failed', error, audio: [...this.#audio.pieces()] };
  }
}
