import { SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import { localMsOf } from '../../messages/local-clock.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';

/**
 * After a time that stood still every message is this late, this often in a row: more than the
 * audio thread's own pace, which renders a sound card's buffer at a time.
 */
const JUMP_MS = 30;
const JUMP_MESSAGES = 16;
/** How long an estimate counts; audio and system clock drift apart by less than 1 ms in that time. */
const WINDOW_MS = 10_000;

/**
 * Converts a moment on the audio context's clock to our time.
 *
 * Messages from the audio thread carry its time and take a while to arrive, sometimes long: so the
 * smallest difference between arrival and stamp, over the last 10 to 20 seconds, is the best
 * estimate of the distance between the clocks. This needs no page, whose thread may be blocked.
 */
export class ContextClock {
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #previousMs = Number.POSITIVE_INFINITY;
  #currentMs = Number.POSITIVE_INFINITY;
  #lateInARow = 0;
  #leastLateMs = Number.POSITIVE_INFINITY;

  /** @param contextTimeS the context's time when the message was sent */
  observe(contextTimeS: number, arrivedMs: number): void {
    if (arrivedMs - this.#windowStartMs >= WINDOW_MS) {
      // After a long silence the older window says nothing about now either.
      const adjacent = arrivedMs - this.#windowStartMs < 2 * WINDOW_MS;
      this.#previousMs = adjacent ? this.#currentMs : Number.POSITIVE_INFINITY;
      this.#currentMs = Number.POSITIVE_INFINITY;
      this.#windowStartMs = arrivedMs;
    }
    const offsetMs = arrivedMs - contextTimeS * 1_000;
    const late = offsetMs > Math.min(this.#previousMs, this.#currentMs) + JUMP_MS;
    this.#lateInARow = late ? this.#lateInARow + 1 : 0;
    this.#leastLateMs = late ? Math.min(this.#leastLateMs, offsetMs) : Number.POSITIVE_INFINITY;
    if (this.#lateInARow >= JUMP_MESSAGES) {
      // The messages are not slow: the context's time stood still.
      this.#lateInARow = 0;
      this.#previousMs = Number.POSITIVE_INFINITY;
      this.#currentMs = this.#leastLateMs;
      this.#leastLateMs = Number.POSITIVE_INFINITY;
    }
    this.#currentMs = Math.min(this.#currentMs, offsetMs);
  }

  /** @param systemMs `Date.now()` when the message was sent: audio worklets have no other clock */
  stamped(contextTimeS: number, systemMs: number): void {
    this.observe(contextTimeS, localMsOf(systemMs));
  }

  /** @returns undefined before the first observation */
  toLocalMs(contextTimeS: number): number | undefined {
    const offsetMs = Math.min(this.#previousMs, this.#currentMs);
    return Number.isFinite(offsetMs) ? contextTimeS * 1_000 + offsetMs : undefined;
  }
}

/** Sample positions are trusted over clock readings until they are this far apart. */
const CLOCK_SLACK_MS = 10;

/** When the frames of one microphone were captured. */
export class CaptureClock {
  readonly #contextClock: ContextClock;
  readonly #latencyMs: number;
  /** When sample 0 was captured. */
  #originMs: number | undefined;

  /** @param latencyMs from the microphone's membrane to the audio context */
  constructor(contextClock: ContextClock, latencyMs: number) {
    this.#contextClock = contextClock;
    this.#latencyMs = latencyMs;
  }

  /** @returns the instant of the block's first sample; undefined before the context's is known */
  startOf(block: CapturedBlock): number | undefined {
    const capturedMs = this.#contextClock.toLocalMs(block.contextTimeS);
    if (capturedMs === undefined) return undefined;
    const offsetMs = block.index / SPEECH_SAMPLES_PER_MS;
    const originMs = capturedMs - this.#latencyMs - offsetMs;
    if (this.#originMs === undefined || Math.abs(originMs - this.#originMs) > CLOCK_SLACK_MS) {
      this.#originMs = originMs;
    }
    return this.#originMs + offsetMs;
  }
}
