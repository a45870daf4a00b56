import { POSITION_REPORTS_PER_SECOND } from '../../messages/playback-messages.ts';
import { LeakMeter, type Leak } from './leak-meter.ts';

const REPORT_MS = 1_000 / POSITION_REPORTS_PER_SECOND;
/** How much louder than the echo can be a frame has to be: twice the amplitude, 6 dB. */
const ABOVE_ECHO = 2;
/** −56 dBFS: what is softer while we play is left of an echo, not a person who interrupts. */
const SOFTEST_INTERRUPTION = 0.0016;
/** An echo that is softer is not heard as speech. */
const AUDIBLE_ECHO_DBFS = -60;

/** A stretch of microphone; a level is the root mean square of samples in −1…1. */
interface HeardFrame {
  readonly startMs: number;
  readonly endMs: number;
  readonly rms: number;
}

/**
 * Tells our own voice, as far as it comes back through the microphone, from the person's.
 *
 * All instants are ms on our own clock.
 */
export class EchoGuard {
  readonly #meter = new LeakMeter();
  #isPriming = false;
  #renderedMs = Number.NEGATIVE_INFINITY;

  /** What comes back of our voice; undefined as long as that is not known. */
  get leak(): Leak | undefined {
    return this.#meter.leak;
  }

  /** Whether some of what we play may sound like speech. */
  get isEchoAudible(): boolean {
    return (this.leak?.loudnessDbfs ?? 0) > AUDIBLE_ECHO_DBFS;
  }

  /** A few words for the log. */
  get summary(): string {
    if (this.leak === undefined) return 'echo not measured';
    const { levelDb, delayMs, likeness } = this.leak;
    return `echo ${levelDb.toFixed(0)} dB after ${delayMs} ms, likeness ${likeness.toFixed(2)}`;
  }

  /** @param isPriming its echo canceller has yet to learn: until `primed` */
  attach(isPriming: boolean): void {
    this.#isPriming = isPriming;
    this.#meter.reset();
  }

  primed(): void {
    this.#isPriming = false;
  }

  /** We have played as loud as this since the last report, or for about as long as one is about. */
  rendered(endMs: number, rms: number): void {
    const isNext = endMs > this.#renderedMs && endMs - this.#renderedMs < 2 * REPORT_MS;
    this.#meter.rendered(isNext ? this.#renderedMs : endMs - REPORT_MS, endMs, rms);
    this.#renderedMs = endMs;
  }

  /** The microphone heard this, be it what it may. */
  captured({ startMs, endMs, rms }: HeardFrame): void {
    this.#meter.captured(startMs, endMs, rms);
  }

  /** Whether nothing that is heard while we play may count. */
  get isClosed(): boolean {
    return this.#isPriming;
  }

  /** Whether a frame is too soft to be anything but our echo. */
  isEcho({ startMs, endMs, rms }: HeardFrame, isPlaying: boolean): boolean {
    if (isPlaying && rms < SOFTEST_INTERRUPTION) return true;
    return rms < ABOVE_ECHO * this.#meter.echoRms(startMs, endMs);
  }
}
