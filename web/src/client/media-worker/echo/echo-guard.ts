import type { HeardFrame } from '@parley/shared/vad/speech-detector';
import type { Interruption } from '../../messages/media-messages.ts';
import { POSITION_REPORTS_PER_SECOND } from '../../messages/playback-messages.ts';
import type { CallPhases } from '../call/call-phase.ts';
import type { Leak, LeakMeter } from './leak-meter.ts';

const REPORT_MS = 1_000 / POSITION_REPORTS_PER_SECOND;
/** A room and the way to the ear and back are silent after so long. */
const ECHO_TAIL_MS = 400;

export interface EchoGuardOptions {
  /** Called if voice can no longer interrupt for all the echo, and if it can again. */
  readonly notify?: (notice: { readonly type: 'echo'; readonly isHopeless: boolean }) => void;
  /** Called when the echo canceller of a microphone begins to learn, and when it has learnt. */
  readonly phases?: Pick<CallPhases, 'priming'>;
}

/**
 * Distinguishes our own voice, as far as it comes back through the microphone, from the person's.
 *
 * All instants are ms on our own clock.
 */
export class EchoGuard {
  readonly #options: EchoGuardOptions;
  #meter: LeakMeter | undefined;
  #interruption: Interruption = 'automatic';
  #isPriming = false;
  #renderedMs = Number.NEGATIVE_INFINITY;
  #soundedMs = Number.NEGATIVE_INFINITY;
  #isHopeless = false;

  constructor(options: EchoGuardOptions = {}) {
    this.#options = options;
  }

  /** What comes back of our voice; undefined as long as that is not known. */
  get leak(): Leak | undefined {
    return this.#meter?.leak;
  }

  /** A few words for the log. */
  get summary(): string {
    return this.#meter?.summary ?? '';
  }

  /**
   * Begins to measure, once what that takes has come: it is useless before a call. Should it not
   * come, nothing is shown of the echo.
   */
  async measure(): Promise<void> {
    try {
      const { LeakMeter } = await import('./leak-meter.ts');
      this.#meter ??= new LeakMeter();
    } catch {
      this.#meter = undefined;
    }
  }

  /** @param interruption - undefined: as before */
  setInterruption(interruption: Interruption = this.#interruption): void {
    this.#interruption = interruption;
  }

  /** @param isPriming its echo canceller has yet to learn: until `primed` */
  attach(isPriming: boolean): void {
    this.#isPriming = isPriming;
    if (isPriming) this.#options.phases?.priming(true);
    this.#meter?.reset();
    this.#noteHopeless();
  }

  /**
   * The person seems to speak. They need not wait for the echo canceller any longer: what it learns
   * from is to fall silent.
   *
   * @returns whether that sounds
   */
  suspected(): boolean {
    if (this.#isPriming) this.#options.phases?.priming(false);
    return this.#isPriming;
  }

  primed(): void {
    this.#isPriming = false;
    this.#options.phases?.priming(false);
  }

  /** We have played as loud as this since the last report, or for about as long as one is about. */
  rendered(endMs: number | undefined, rms: number): void {
    if (endMs === undefined) return;
    if (rms > 0) this.#soundedMs = endMs;
    const isNext = endMs > this.#renderedMs && endMs - this.#renderedMs < 2 * REPORT_MS;
    this.#meter?.rendered(isNext ? this.#renderedMs : endMs - REPORT_MS, endMs, rms);
    this.#renderedMs = endMs;
  }

  /** The microphone heard this, speech or not. */
  captured({ startMs, endMs, rms }: HeardFrame): void {
    // While the system silences the microphone, nothing is learnt of the echo.
    if (rms === 0) return;
    this.#meter?.captured(startMs, endMs, rms);
    this.#noteHopeless();
  }

  /** Whether nothing that is heard at this moment may count, however loud it is. */
  isClosed({ startMs }: HeardFrame, isPlaying: boolean): boolean {
    if (this.#isPriming && isPlaying) return true;
    const isByVoice = this.#interruption === 'voice';
    if (isByVoice || (this.#interruption === 'automatic' && !this.#isHopeless)) return false;
    return isPlaying || startMs - this.#soundedMs < ECHO_TAIL_MS;
  }

  #noteHopeless(): void {
    const isHopeless = this.#meter?.isHopeless === true;
    if (isHopeless === this.#isHopeless) return;
    this.#isHopeless = isHopeless;
    this.#options.notify?.({ type: 'echo', isHopeless });
  }
}
