import { FRAME_MS, FRAME_SAMPLES } from '../../messages/capture-messages.ts';
import { EchoCanceller, HISTORY_SAMPLES, type CancelledFrame } from './echo-canceller.ts';
import { EchoDelay, HEARD_SAMPLES, PLAYED_SAMPLES } from './echo-delay.ts';
import { EchoLevels, type EchoLevelsOptions } from './echo-levels.ts';
import { SampleTimeline } from '../capture/sample-timeline.ts';
import { ECHO_TAIL_MS, powerOf, SOUNDING_POWER } from '../speech/sounding.ts';

/** Two seconds: longer than anything waits. */
const TIMELINE_SAMPLES = 32_000;
/** The delay of the echo is looked for each so many frames: 128 ms. */
const DELAY_FRAMES = 4;
/** Left between what is played and its echo, for what comes before the strongest: 16 ms. */
const LEAD_SAMPLES = 256;
/** A delay that has changed by less is learnt by the canceller: 0.1 ms. */
const DELAY_SLACK_SAMPLES = 2;
const SAMPLES_PER_MS = 16;
/** What a room adds to it, above what the canceller takes out. */
const REVERBERATION_MS = 130;
/** A microphone that has given nothing for so long is not waited for. */
const HEARING_LIMIT_MS = 200;
/** A rehearsal goes over the same sound so often: 6, 17 and 23 dB were measured after each. */
const REHEARSALS = 3;
/** So many delays are compared in it. */
const DELAYS = 6;
/** Of our voice, while it is not cancelled and the person is silent: −20 dB. */
const ECHO_GAIN = 0.1;

/** A stretch of microphone in which our own voice is cancelled and a person is not. */
export interface NearEndFrame {
  readonly samples: Float32Array<ArrayBuffer>;
  /** Nothing but what the canceller leaves of our voice. */
  readonly isEcho: boolean;
}

export interface NearEndOptions {
  readonly levels?: EchoLevelsOptions;
  /** The microphone has no second track: this one is used even while the person speaks. */
  readonly isAlone?: boolean;
}

/**
 * The person who speaks over our voice.
 *
 * A browser's echo canceller silences a short word along with the echo, and "stop" is one. So while
 * we play, the same microphone is heard once more without the browser's processing, and our voice is
 * taken out by a canceller that suppresses nothing. Where it has not learnt the room yet, or lost it
 * again, our voice is turned down between what the person says.
 *
 * Instants are ms on our own clock; "near end" is the side of the person, as opposed to the voice
 * from afar.
 */
export class NearEnd {
  #canceller = new EchoCanceller();
  readonly #echoDelay = new EchoDelay();
  readonly #levels: EchoLevels;
  readonly #heard = new SampleTimeline(TIMELINE_SAMPLES);
  readonly #played = new SampleTimeline(TIMELINE_SAMPLES);
  readonly #playedFrame = new Float32Array(FRAME_SAMPLES);
  readonly #history = new Float32Array(HISTORY_SAMPLES);
  readonly #lastHeard = new Float32Array(HEARD_SAMPLES);
  readonly #lastPlayed = new Float32Array(PLAYED_SAMPLES);
  /** Of our voice, from its rendering to the microphone, in samples; undefined before it is known. */
  #delay: number | undefined;
  #sinceDelay = 0;
  #soundedMs = Number.NEGATIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  #isUsed = false;
  /** The canceller does not remember what was played last. */
  #isInterrupted = false;
  #gain = 1;

  readonly #isAlone: boolean;

  constructor({ levels, isAlone = false }: NearEndOptions = {}) {
    this.#levels = new EchoLevels(levels);
    this.#isAlone = isAlone;
  }

  /** What the canceller takes from our voice, dB; undefined before it has heard a second of it. */
  get cancelledDb(): number | undefined {
    return this.#levels.cancelledDb;
  }

  /** Whether our voice is heard and the canceller takes it out. */
  get isCancelled(): boolean {
    return this.#levels.isCancelled;
  }

  /** The microphone is heard again, after a while in which only what is rendered was given. */
  resume(): void {
    this.#isInterrupted = true;
  }

  /**
   * Learns from a stretch of what was rendered and captured all that can be learnt from it, by going
   * over it several times, which takes some 60 ms.
   *
   * @param frames - before `endMs`
   * @param factor - of power, by which our voice is louder than what was rendered, at most
   * @returns whether it was heard at all, and how much later
   */
  rehearse(endMs: number, frames: number, factor: number): boolean {
    this.#delay = this.#likeliestDelay(endMs);
    if (this.#delay === undefined) return false;
    this.#canceller = new EchoCanceller();
    for (let rehearsal = 1; rehearsal < REHEARSALS; rehearsal += 1) this.#goOver(endMs, frames);
    for (const frame of this.#goOver(endMs, frames)) this.#levels.judge(frame, false);
    this.#levels.expectLouder(factor);
    return this.#levels.isKnown;
  }

  #goOver(endMs: number, frames: number): readonly CancelledFrame[] {
    this.#isInterrupted = true;
    return Array.from({ length: frames }, (_, n) => {
      const [heardAt, playedAt] = this.#advance(endMs - (frames - n) * FRAME_MS);
      return this.#cancel(heardAt, playedAt);
    }).filter((frame) => frame !== undefined);
  }

  /** What the loudspeaker plays from this instant on, at 16 kHz. */
  rendered(samples: Float32Array, startMs: number): void {
    this.#played.write(samples, startMs);
    if (powerOf(samples) > SOUNDING_POWER) this.#soundedMs = startMs + FRAME_MS;
  }

  /** What the unprocessed microphone hears, at 16 kHz. */
  captured(samples: Float32Array, startMs: number): void {
    this.#heard.write(samples, startMs);
    this.#heardMs = startMs;
  }

  /** Whether a frame from there on is of use, and has yet to come. */
  awaits(startMs: number): boolean {
    const isHearing = startMs - this.#heardMs < HEARING_LIMIT_MS;
    return isHearing && (this.#isUsed || this.#sounds(startMs)) && !this.#has(startMs);
  }

  /**
   * The frame that begins there, to be asked for one after the other.
   *
   * @param mayChange - nothing is being said: only then it goes from one microphone to the other,
   *   or a word would be cut in two
   * @returns undefined if the browser's own is to be used
   */
  frameAt(startMs: number, mayChange: boolean): NearEndFrame | undefined {
    const frame = this.#process(startMs);
    const sounds = this.#sounds(startMs);
    if (frame === undefined) {
      this.#isUsed = false;
      return undefined;
    }
    const isPerson = this.#levels.isPerson(frame);
    if (mayChange && sounds) this.#levels.judge(frame, isPerson);
    if (mayChange || this.#isAlone) this.#isUsed = sounds && this.#levels.isKnown;
    if (!this.#isUsed) return undefined;
    const isEcho = this.#echoes(startMs) && !isPerson;
    this.#fade(frame.samples, isEcho && !this.#levels.isCancelled ? ECHO_GAIN : 1);
    return { samples: frame.samples, isEcho };
  }

  /** From the gain of the frame before to this one, so that nothing clicks. */
  #fade(samples: Float32Array, gain: number): void {
    const step = (gain - this.#gain) / samples.length;
    for (let n = 0; n < samples.length; n += 1) samples[n]! *= this.#gain + (n + 1) * step;
    this.#gain = gain;
  }

  /** @returns undefined where there is no echo to be cancelled, nothing to cancel it in, or no way to */
  #process(startMs: number): CancelledFrame | undefined {
    const sounds = this.#sounds(startMs);
    if (!this.#has(startMs)) return undefined;
    const [heardAt, playedAt] = this.#advance(startMs);
    if (!sounds && !this.#isUsed) return undefined;
    if (sounds) this.#align(heardAt, playedAt);
    return this.#cancel(heardAt, playedAt);
  }

  /** @returns where the frame that begins there was heard and played */
  #advance(startMs: number): readonly [heardAt: number, playedAt: number] {
    const heardAt = this.#heard.advance(startMs, FRAME_SAMPLES) ?? 0;
    const playedAt = this.#played.advance(startMs, FRAME_SAMPLES) ?? 0;
    this.#played.copy(playedAt, this.#playedFrame);
    this.#levels.played(powerOf(this.#playedFrame));
    return [heardAt, playedAt];
  }

  #cancel(heardAt: number, playedAt: number): CancelledFrame | undefined {
    const heard = new Float32Array(FRAME_SAMPLES);
    this.#heard.copy(heardAt, heard);
    // A microphone that is switched off teaches nothing.
    if (powerOf(heard) === 0 || this.#delay === undefined) return undefined;
    if (this.#isInterrupted) this.#remind(playedAt);
    this.#played.copy(playedAt - shiftOf(this.#delay), this.#playedFrame);
    return this.#canceller.process(heard, this.#playedFrame);
  }

  /** A busy computer plays what it was late with later by some ms, from one moment to the next. */
  #align(heardAt: number, playedAt: number): void {
    this.#sinceDelay += 1;
    if (this.#sinceDelay < DELAY_FRAMES) return;
    this.#sinceDelay = 0;
    const delay = this.#delayBefore(heardAt + FRAME_SAMPLES, playedAt + FRAME_SAMPLES);
    if (delay === undefined) return;
    const known = this.#delay ?? Number.POSITIVE_INFINITY;
    if (Math.abs(delay - known) < DELAY_SLACK_SAMPLES) return;
    this.#delay = delay;
    this.#remind(playedAt);
  }

  #delayBefore(heardEnd: number, playedEnd: number): number | undefined {
    this.#heard.copy(heardEnd - HEARD_SAMPLES, this.#lastHeard);
    this.#played.copy(playedEnd - PLAYED_SAMPLES, this.#lastPlayed);
    return this.#echoDelay.estimate(this.#lastPlayed, this.#lastHeard);
  }

  /** What most of the last moments agree about: it may have changed among them. */
  #likeliestDelay(endMs: number): number | undefined {
    const delays: number[] = [];
    for (let n = DELAYS; n > 0; n -= 1) {
      const [heardAt, playedAt] = this.#advance(endMs - n * DELAY_FRAMES * FRAME_MS);
      const delay = this.#delayBefore(heardAt, playedAt);
      if (delay !== undefined) delays.push(delay);
    }
    const agreeing = (delay: number) =>
      delays.filter((other) => Math.abs(other - delay) < DELAY_SLACK_SAMPLES).length;
    return delays.toSorted((a, b) => agreeing(b) - agreeing(a))[0];
  }

  /** Of what was played before this sample. */
  #remind(playedAt: number): void {
    this.#isInterrupted = false;
    this.#played.copy(playedAt - shiftOf(this.#delay ?? 0) - HISTORY_SAMPLES, this.#history);
    this.#canceller.realign(this.#history);
  }

  #has(startMs: number): boolean {
    return this.#heard.has(startMs, FRAME_SAMPLES);
  }

  /** Whether our voice may be heard at that instant: where it is held, a person goes on. */
  #echoes(startMs: number): boolean {
    if (!this.#isAlone) return this.#sounds(startMs);
    const delayMs = (this.#delay ?? 0) / SAMPLES_PER_MS;
    return startMs - this.#soundedMs < Math.min(ECHO_TAIL_MS, delayMs + REVERBERATION_MS);
  }

  /** Whether our voice, or its echo, sounds at that instant. */
  #sounds(startMs: number): boolean {
    return startMs - this.#soundedMs < ECHO_TAIL_MS;
  }
}

/** How many samples later than it was rendered what is played is given to the canceller. */
function shiftOf(delay: number): number {
  return Math.max(0, delay - LEAD_SAMPLES);
}
