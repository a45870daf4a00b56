import type { CancelledFrame } from './echo-canceller.ts';

/** What is judged by: the last 2 s of playback. */
const JUDGED_FRAMES = 62;
/** Enough to begin with: the first second. */
const LEAST_FRAMES = 31;
/** The canceller works while it takes at least 8 dB from our voice. */
const MOST_REMAINDER = 0.16;
/** What was played counts for 512 ms: as late as its echo comes. */
const PLAYED_FRAMES = 16;
/** −60 dBFS: a microphone that hears less of us needs no canceller but the browser's. */
const AUDIBLE_ECHO_POWER = 1e-6;
/** −50 dBFS: softer playback says nothing about its echo. */
const AUDIBLE_POWER = 1e-5;
/** Our voice comes back no louder than this quantile of its frames, but for a click. */
const LOUD_QUANTILE = 0.97;
/** A person is louder by 6 dB than what the canceller leaves of our voice … */
const ABOVE_REMAINDER = 4;
/** … or by 5 dB than our voice itself at its loudest. */
const ABOVE_ECHO = 3;
/** What is left of a frame, and more alike, is our voice by another path: something has moved. */
const LIKE_OURSELVES = 0.6;
/** A person whose pitch happens to be ours is hardly more alike. */
const SURELY_OURSELVES = 0.85;
/** So many such frames in a row mean that something has moved, and for so many that is so. */
const MOVED_FRAMES = 2;
const RELEARNING_FRAMES = 31;
/** How long the loudest counts, as a factor for each frame: −1 dB. */
const DECAY = 0.8;

interface JudgedFrame {
  readonly heardPower: number;
  readonly residualPower: number;
}

export interface EchoLevelsOptions {
  /** From which follows what the canceller leaves: fewer are sooner right when the echo has moved. */
  readonly remainderFrames?: number;
  /** So many frames before one that is a person's say nothing about the canceller either. */
  readonly lagFrames?: number;
  /** Something has moved only where less than 8 dB are taken from our voice. */
  readonly isTolerant?: boolean;
}

/** Tells a person from what comes back of our own voice, by how loud and how alike they are. */
export class EchoLevels {
  readonly #judged: JudgedFrame[] = [];
  readonly #remainderFrames: number;
  readonly #lagFrames: number;
  readonly #isTolerant: boolean;
  /** Frames that may turn out to be a person's first. */
  #unjudged: JudgedFrame[] = [];
  #next = 0;
  readonly #played: number[] = [];
  #loudestPlayed = 0;
  #loudestEcho = 0;
  /** What the canceller leaves of our voice, as a factor of power. */
  #remainder = Number.POSITIVE_INFINITY;
  /** As loud as our voice comes back. */
  #loudestHeard = Number.POSITIVE_INFINITY;
  /** As loud as our voice is expected to come back, and for how many frames that counts. */
  #expected = { power: 0, frames: 0 };
  /** Frames in a row that were loud and our own voice. */
  #likeOurselves = 0;
  /** Frames for which something is taken to have moved. */
  #relearning = 0;

  constructor(options: EchoLevelsOptions = {}) {
    const { remainderFrames = JUDGED_FRAMES, lagFrames = 0, isTolerant = false } = options;
    this.#remainderFrames = remainderFrames;
    this.#lagFrames = lagFrames;
    this.#isTolerant = isTolerant;
  }

  /** Whether our voice is heard at all, and how loud is known: then a person is told from it. */
  get isKnown(): boolean {
    return this.#judged.length >= LEAST_FRAMES && this.#loudestHeard > AUDIBLE_ECHO_POWER;
  }

  /** Whether the canceller takes our voice out. */
  get isCancelled(): boolean {
    return this.isKnown && this.#relearning === 0 && this.#remainder < MOST_REMAINDER;
  }

  /** What the canceller takes from our voice, dB; undefined before it has heard a second of it. */
  get cancelledDb(): number | undefined {
    return this.#judged.length < LEAST_FRAMES ? undefined : -10 * Math.log10(this.#remainder);
  }

  /** What was judged so far is softer than our voice, by up to so much. @param factor - of power */
  expectLouder(factor: number): void {
    this.#expected = { power: factor * this.#loudestHeard, frames: JUDGED_FRAMES };
    this.#loudestHeard *= factor;
  }

  /** What is being rendered in the next frame, be it heard in it or later. */
  played(power: number): void {
    this.#played.push(power);
    if (this.#played.length > PLAYED_FRAMES) this.#played.shift();
    this.#loudestPlayed = Math.max(...this.#played);
  }

  /** To be asked once for each frame. */
  isPerson(frame: CancelledFrame): boolean {
    const { heardPower, residualPower, echoPower, likeness } = frame;
    this.#loudestEcho = Math.max(echoPower, DECAY * this.#loudestEcho);
    this.#relearning = Math.max(0, this.#relearning - 1);
    if (likeness < SURELY_OURSELVES && heardPower > ABOVE_ECHO * this.#loudestHeard) return true;
    if (residualPower < ABOVE_REMAINDER * this.#remainder * this.#loudestEcho) {
      this.#likeOurselves = 0;
      return false;
    }
    this.#likeOurselves = likeness < LIKE_OURSELVES ? 0 : this.#likeOurselves + 1;
    const isLost = !this.#isTolerant || residualPower > MOST_REMAINDER * heardPower;
    if (this.#likeOurselves >= MOVED_FRAMES && isLost) this.#relearning = RELEARNING_FRAMES;
    return this.isCancelled && this.#likeOurselves === 0;
  }

  /** Learns from a frame in which nothing is being said. */
  judge({ heardPower, residualPower }: CancelledFrame, isPerson: boolean): void {
    if (this.#loudestPlayed < AUDIBLE_POWER) return;
    if (isPerson) {
      this.#unjudged = [];
      // What a person adds says nothing about the canceller. Should it be none, our voice is louder now.
      return this.#record({ heardPower, residualPower: this.#remainder * heardPower });
    }
    this.#unjudged.push({ heardPower, residualPower });
    const judged = this.#unjudged.length > this.#lagFrames ? this.#unjudged.shift() : undefined;
    if (judged !== undefined) this.#record(judged);
  }

  #record(frame: JudgedFrame): void {
    this.#judged[this.#next % JUDGED_FRAMES] = frame;
    this.#next += 1;
    if (this.#judged.length < LEAST_FRAMES) return;
    let heard = 0;
    let residual = 0;
    for (let back = 1; back <= Math.min(this.#remainderFrames, this.#judged.length); back += 1) {
      const judged = this.#judged[(this.#next - back) % JUDGED_FRAMES]!;
      heard += judged.heardPower;
      residual += judged.residualPower;
    }
    this.#remainder = residual / Math.max(heard, Number.MIN_VALUE);
    const { power, frames } = this.#expected;
    if (frames > 0) this.#expected = { power, frames: frames - 1 };
    const loudest = quantileOf(this.#judged.map((each) => each.heardPower));
    this.#loudestHeard = frames > 0 ? Math.max(power, loudest) : loudest;
  }
}

function quantileOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(LOUD_QUANTILE * (values.length - 1))]!;
}
