import type { Interruption } from '../../messages/interruption.ts';
import { POSITION_REPORTS_PER_SECOND } from '../../messages/playback-messages.ts';
import { isEchoOf, LeakMeter, type Leak } from './leak-meter.ts';

const REPORT_MS = 1_000 / POSITION_REPORTS_PER_SECOND;
/** How much louder than the echo can be a frame has to be: twice the amplitude, 6 dB. */
const ABOVE_ECHO = 2;
/** −56 dBFS: what is softer while we play is left of an echo, not a person who interrupts. */
const SOFTEST_INTERRUPTION = 0.0016;
/**
 * An echo as loud as this leaves no room above it for a person, whom microphones hear at −25 to
 * −31 dBFS. It has to be softer by some dB to be bearable again.
 */
const HOPELESS_DBFS = -34;
const BEARABLE_DBFS = -40;
/** Estimates in a row, one each 256 ms. */
const HOPELESS_ESTIMATES = 8;
/** A room and the way to the ear and back are silent after so long. */
const ECHO_TAIL_MS = 400;

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
  readonly #onHopeless: (isHopeless: boolean) => void;
  #interruption: Interruption = 'automatic';
  #isPriming = false;
  #renderedMs = Number.NEGATIVE_INFINITY;
  #soundedMs = Number.NEGATIVE_INFINITY;
  #judged: Leak | undefined;
  #loudEstimates = 0;
  #isHopeless = false;

  /** @param onHopeless told when voice can no longer interrupt for all the echo, and when it can */
  constructor(onHopeless: (isHopeless: boolean) => void = () => {}) {
    this.#onHopeless = onHopeless;
  }

  /** What comes back of our voice; undefined as long as that is not known. */
  get leak(): Leak | undefined {
    return this.#meter.leak;
  }

  /** A few words for the log. */
  get summary(): string {
    if (this.leak === undefined) return 'echo not measured';
    const { levelDb, delayMs, likeness } = this.leak;
    return `echo ${levelDb.toFixed(0)} dB after ${delayMs} ms, likeness ${likeness.toFixed(2)}`;
  }

  setInterruption(interruption: Interruption): void {
    this.#interruption = interruption;
  }

  /** @param isPriming its echo canceller has yet to learn: until `primed` */
  attach(isPriming: boolean): void {
    this.#isPriming = isPriming;
    this.#meter.reset();
    this.#setHopeless(false);
  }

  primed(): void {
    this.#isPriming = false;
  }

  /** We have played as loud as this since the last report, or for about as long as one is about. */
  rendered(endMs: number | undefined, rms: number): void {
    if (endMs === undefined) return;
    if (rms > 0) this.#soundedMs = endMs;
    const isNext = endMs > this.#renderedMs && endMs - this.#renderedMs < 2 * REPORT_MS;
    this.#meter.rendered(isNext ? this.#renderedMs : endMs - REPORT_MS, endMs, rms);
    this.#renderedMs = endMs;
  }

  /** The microphone heard this, be it what it may. */
  captured({ startMs, endMs, rms }: HeardFrame): void {
    this.#meter.captured(startMs, endMs, rms);
    this.#judge();
  }

  /** Whether nothing that is heard at this moment may count, however loud it is. */
  isClosed({ startMs }: HeardFrame, isPlaying: boolean): boolean {
    if (this.#isPriming && isPlaying) return true;
    const isByVoice = this.#interruption === 'voice';
    if (isByVoice || (this.#interruption === 'automatic' && !this.#isHopeless)) return false;
    return isPlaying || startMs - this.#soundedMs < ECHO_TAIL_MS;
  }

  /** Whether a frame is too soft to be anything but our echo. */
  isEcho({ startMs, endMs, rms }: HeardFrame, isPlaying: boolean): boolean {
    if (isPlaying && rms < SOFTEST_INTERRUPTION) return true;
    return rms < ABOVE_ECHO * this.#meter.echoRms(startMs, endMs);
  }

  #judge(): void {
    const { leak } = this;
    if (leak === undefined || leak === this.#judged) return;
    this.#judged = leak;
    const isLoud = isEchoOf(leak) && leak.loudnessDbfs > HOPELESS_DBFS;
    this.#loudEstimates = isLoud ? this.#loudEstimates + 1 : 0;
    if (this.#loudEstimates >= HOPELESS_ESTIMATES) this.#setHopeless(true);
    else if (leak.loudnessDbfs < BEARABLE_DBFS) this.#setHopeless(false);
  }

  #setHopeless(isHopeless: boolean): void {
    if (isHopeless === this.#isHopeless) return;
    this.#isHopeless = isHopeless;
    this.#loudEstimates = 0;
    this.#onHopeless(isHopeless);
  }
}
