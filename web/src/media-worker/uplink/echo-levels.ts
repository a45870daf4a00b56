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

/** Tells a person from what comes back of our own voice, by how loud and how alike they are. */
export class EchoLevels {
  readonly #judged: JudgedFrame[] = [];
  #next = 0;
  readonly #played: number[] = [];
  #loudestPlayed = 0;
  #loudestEcho = 0;
  /** What the canceller leaves of our voice, as a factor of power. */
  #remainder = Number.POSITIVE_INFINITY;
  /** As loud as our voice comes back. */
  #loudestHeard = Number.POSITIVE_INFINITY;
  /** Frames in a row that were loud and our own voice. */
  #likeOurselves = 0;
  /** Frames for which something is taken to have moved. */
  #relearning = 0;

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
    if (this.#likeOurselves >= MOVED_FRAMES) this.#relearning = RELEARNING_FRAMES;
    return this.isCancelled && this.#likeOurselves === 0;
  }

  /** Learns from a frame in which nothing is being said. */
  judge({ heardPower, residualPower }: CancelledFrame, isPerson: boolean): void {
    if (this.#loudestPlayed < AUDIBLE_POWER) return;
    // What a person adds says nothing about the canceller. Should it be none, our voice is louder now.
    this.#judged[this.#next % JUDGED_FRAMES] = {
      heardPower,
      residualPower: isPerson ? this.#remainder * heardPower : residualPower,
    };
    this.#next += 1;
    if (this.#judged.length < LEAST_FRAMES) return;
    const sumOf = (of: (each: JudgedFrame) => number) =>
      this.#judged.reduce((sum, each) => sum + of(each), 0);
    const all = sumOf((each) => each.heardPower);
    this.#remainder = sumOf((each) => each.residualPower) / Math.max(all, Number.MIN_VALUE);
    this.#loudestHeard = quantileOf(this.#judged.map((each) => each.heardPower));
  }
}

function quantileOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(LOUD_QUANTILE * (values.length - 1))]!;
}
