import { FRAME_MS, type CapturedBlock } from '../../messages/capture-messages.ts';
import type { SwitchCapture } from '../../messages/page-requests.ts';
import { NearEnd } from '../echo/near-end.ts';
import { ECHO_TAIL_MS, powerOf, SOUNDING_POWER } from '../speech/sounding.ts';

const SAMPLES_PER_MS = 16;
const ECHO_TAIL_FRAMES = Math.ceil(ECHO_TAIL_MS / FRAME_MS);
/** Who has just spoken is about to be answered: it is not worth while for 1 s. */
const IDLE_FRAMES = 31;
/** What was captured before the switch is still on its way when it is reported. */
const SWITCH_FRAMES = 2;
/** What the browser's processing begins with, at −51 dBFS out of silence, was taken for speech. */
const BEGINNING_FRAMES = 8;
/** A page that stands still answers late; what the browser processes is heard until then. */
const SWITCH_DEADLINE_FRAMES = 31;
/** So much of our voice in a row without being cancelled is too much: 5 s. */
const MAX_LEAKING_FRAMES = 156;
/** From so much of our voice the browser's own canceller learns: 3 s. */
const LEARNING_FRAMES = 94;
/** What is learnt from of the breath: its last 1.1 s, and its echo. */
const REHEARSED_FRAMES = 36;
const ECHO_FRAMES = 6;
/** The audio context is late more often than a track's own frames, and our echo with it. */
const REMAINDER_FRAMES = 20;
/** A person's first frames are softer than what is recognised as one. */
const LAG_FRAMES = 3;
/** When we begin to play, 10 dB less in three frames show that the canceller works; or 1 s passes. */
const PROOFS = 3;
const TAKEN_OUT = 0.1;
const DOUBT_FRAMES = 31;
/** Our voice is louder than the breath by up to 15 dB. */
const VOICE_ABOVE_BREATH = 32;
/** What is heard of the breath, if anything is, is above −60 dBFS and 3 dB above what was before. */
const AUDIBLE_POWER = 1e-6;
const ABOVE_SILENCE = 2;

/**
 * What is done to the microphone's frames.
 *
 * - `learning`: nothing, while the breath sounds, from which our own canceller learns
 * - `processed`: all by the browser, since we play nothing
 * - `leaving`: we began to play, and the browser was asked to stop; frames may still be its own
 * - `unprocessed`: our voice is taken out by our own canceller
 * - `returning`: the browser was asked to begin again
 * - `given-up`: all by the browser, for good
 */
type Mode =
  | { readonly kind: 'unprocessed' | 'returning' }
  /** For so many frames. */
  | { readonly kind: 'processed'; readonly frames: number }
  /** As loud as it was at most before we played, and since. */
  | { readonly kind: 'learning'; readonly before: number; readonly since: number }
  /** With as many frames of our voice as the browser's canceller has yet to hear. */
  | { readonly kind: 'given-up'; readonly unlearnt: number }
  | {
      readonly kind: 'leaving';
      readonly frames: number;
      /** Frames until those that the browser does not process; undefined as long as it may. */
      readonly left: number | undefined;
    };

export interface SwitchedCaptureOptions {
  /** Whether nothing is being said. */
  readonly isIdle: () => boolean;
  /** Whether a reply is heard. */
  readonly isPlaying: () => boolean;
  readonly onSwitch: (request: SwitchCapture) => void;
  /** The browser's echo canceller takes over in the midst of a call and learns, or has learnt. */
  readonly onLearning: (isLearning: boolean) => void;
}

/**
 * A microphone whose processing by the browser is switched off while we play.
 *
 * Where one device cannot be heard in two ways at once, it is heard in turns: processed while the
 * person may speak, and without our voice, by our own canceller, while we play. The breath must have
 * shown it our echo; if it did not, or our voice is not taken out for seconds, the browser's own
 * takes over for good.
 */
export class SwitchedCapture {
  readonly #options: SwitchedCaptureOptions;
  readonly #nearEnd = new NearEnd({
    levels: { remainderFrames: REMAINDER_FRAMES, lagFrames: LAG_FRAMES, isTolerant: true },
    isAlone: true,
  });
  #mode: Mode = { kind: 'learning', before: 0, since: 0 };
  #endMs = 0;
  /** Frames since we were last heard. */
  #silent = Number.POSITIVE_INFINITY;
  #leaking = 0;
  /** Frames for which it is not sure that our voice is taken out, and those in which it was. */
  #doubt = { frames: 0, proofs: 0 };
  /** Frames since something was said. */
  #idle = 0;

  constructor(options: SwitchedCaptureOptions) {
    this.#options = options;
  }

  /** A few words for the end of a line of the log; empty as long as nothing is known. */
  get summary(): string {
    const { cancelledDb } = this.#nearEnd;
    const gaveUp = this.#mode.kind === 'given-up' ? ', given up' : '';
    return cancelledDb === undefined ? '' : `, own canceller ${cancelledDb.toFixed(0)} dB${gaveUp}`;
  }

  /**
   * @param played - in the same stretch of time
   * @returns what is to be heard in its place
   */
  heard(block: CapturedBlock, played: Float32Array): CapturedBlock {
    const startMs = block.index / SAMPLES_PER_MS;
    this.#endMs = startMs + FRAME_MS;
    this.#nearEnd.rendered(played, startMs);
    const sounds = powerOf(played) > SOUNDING_POWER;
    // In the meantime the canceller was not asked.
    if (sounds && this.#silent >= ECHO_TAIL_FRAMES) this.#resume();
    this.#silent = sounds ? 0 : this.#silent + 1;
    this.#idle = this.#options.isIdle() ? this.#idle + 1 : 0;
    switch (this.#mode.kind) {
      case 'learning':
        this.#nearEnd.captured(block.samples, startMs);
        this.#mode = this.#louder(this.#mode, powerOf(block.samples));
        return block;
      case 'processed':
        return this.#processed(block, this.#mode.frames);
      case 'leaving':
        return this.#stillLeaving(block, this.#mode);
      case 'unprocessed':
        return this.#unprocessed(block, startMs);
      case 'returning':
        return this.#near(block, startMs);
      case 'given-up':
        this.#givenUp(this.#mode.unlearnt);
        return block;
    }
  }

  /**
   * The breath is over.
   *
   * @returns `again` if the browser's canceller is to hear it as well
   */
  primed(): 'again' | 'over' {
    if (this.#mode.kind !== 'learning') return 'over';
    const { before, since } = this.#mode;
    const endMs = this.#endMs - Math.max(0, this.#silent - ECHO_FRAMES) * FRAME_MS;
    if (this.#nearEnd.rehearse(endMs, REHEARSED_FRAMES, VOICE_ABOVE_BREATH)) {
      this.#mode = { kind: 'returning' };
      this.#options.onSwitch({ type: 'switch-capture', isProcessed: true, isToLearn: false });
      return 'over';
    }
    this.#mode = { kind: 'given-up', unlearnt: 0 };
    // Where our voice is not heard, as with headphones, there is nothing to learn.
    // Nor can be said whether it is while the person is muted.
    const isToLearn = since === 0 || since > Math.max(AUDIBLE_POWER, ABOVE_SILENCE * before);
    this.#options.onSwitch({ type: 'switch-capture', isProcessed: true, isToLearn });
    return isToLearn ? 'again' : 'over';
  }

  /** The browser has answered. */
  switched(isProcessed: boolean): void {
    const mode = this.#mode;
    if (mode.kind === 'returning') {
      this.#mode = isProcessed ? { kind: 'processed', frames: 0 } : { kind: 'unprocessed' };
    }
    if (mode.kind !== 'leaving') return;
    this.#mode = isProcessed ? { kind: 'given-up', unlearnt: 0 } : { ...mode, left: SWITCH_FRAMES };
  }

  #louder({ before, since }: Extract<Mode, { kind: 'learning' }>, power: number): Mode {
    const hasPlayed = Number.isFinite(this.#silent);
    return hasPlayed
      ? { kind: 'learning', before, since: Math.max(since, power) }
      : { kind: 'learning', before: Math.max(before, power), since };
  }

  #processed(block: CapturedBlock, frames: number): CapturedBlock {
    this.#mode = { kind: 'processed', frames: frames + 1 };
    // Be anything said or not: the browser's canceller has never heard us.
    if (this.#silent === 0) this.#leave();
    return frames < BEGINNING_FRAMES && this.#options.isIdle() ? { ...block, isEcho: true } : block;
  }

  #leave(): void {
    this.#mode = { kind: 'leaving', frames: 0, left: undefined };
    this.#options.onSwitch({ type: 'switch-capture', isProcessed: false, isToLearn: false });
  }

  #stillLeaving(
    block: CapturedBlock,
    { frames, left }: Extract<Mode, { kind: 'leaving' }>,
  ): CapturedBlock {
    if (left === 0) {
      this.#resume();
      this.#mode = { kind: 'unprocessed' };
    } else {
      this.#mode = { kind: 'leaving', frames: frames + 1, left: left && left - 1 };
    }
    // The browser's canceller has not heard us yet: what it lets through is our own voice.
    const isEcho = frames < SWITCH_DEADLINE_FRAMES && this.#options.isIdle();
    return isEcho ? { ...block, isEcho } : block;
  }

  #unprocessed(block: CapturedBlock, startMs: number): CapturedBlock {
    const heard = this.#near(block, startMs);
    if (this.#silent === 0) this.#leaking = this.#nearEnd.isCancelled ? 0 : this.#leaking + 1;
    const isOver = this.#silent > ECHO_TAIL_FRAMES && !this.#options.isPlaying();
    if (isOver && this.#idle > IDLE_FRAMES) this.#return();
    return heard;
  }

  /** Nothing is played any more. */
  #return(): void {
    const isLost = this.#leaking > MAX_LEAKING_FRAMES;
    this.#mode = isLost ? { kind: 'given-up', unlearnt: LEARNING_FRAMES } : { kind: 'returning' };
    if (isLost) this.#options.onLearning(true);
    this.#options.onSwitch({ type: 'switch-capture', isProcessed: true, isToLearn: false });
  }

  #givenUp(unlearnt: number): void {
    if (unlearnt === 0 || this.#silent > 0) return;
    this.#mode = { kind: 'given-up', unlearnt: unlearnt - 1 };
    if (unlearnt === 1) this.#options.onLearning(false);
  }

  /** We begin to play, and what is left of it may come by another way than before. */
  #resume(): void {
    this.#nearEnd.resume();
    this.#doubt = { frames: DOUBT_FRAMES, proofs: 0 };
  }

  #near(block: CapturedBlock, startMs: number): CapturedBlock {
    this.#nearEnd.captured(block.samples, startMs);
    const isIdle = this.#options.isIdle();
    const frame = this.#nearEnd.frameAt(startMs, isIdle);
    const heard = frame === undefined ? block : { ...block, ...frame };
    return this.#isDoubtful(block, heard) && isIdle ? { ...heard, isEcho: true } : heard;
  }

  /** Until a few frames were taken out, what is left may be our voice. */
  #isDoubtful(block: CapturedBlock, heard: CapturedBlock): boolean {
    const { frames, proofs } = this.#doubt;
    if (frames === 0 || proofs >= PROOFS || this.#silent > ECHO_TAIL_FRAMES) return false;
    const isProof = powerOf(heard.samples) < TAKEN_OUT * powerOf(block.samples);
    this.#doubt = { frames: frames - 1, proofs: isProof ? proofs + 1 : proofs };
    return true;
  }
}
