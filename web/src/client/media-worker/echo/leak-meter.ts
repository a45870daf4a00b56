import { percentile } from '@parley/shared/statistics';

/** Time is cut into slots of this length; both signals are powers of slots. */
const SLOT_MS = 16;
/** How long what was played and heard is remembered: 4 s. */
const SLOTS = 256;
/** What an estimate is made from: 3 s, of which as much as this was loud enough to leak. */
const WINDOW_SLOTS = 192;
const MIN_LOUD_SLOTS = 40;
/** Echo comes after 400 ms at the latest. */
const MAX_LAG_SLOTS = 25;
/** Made anew each so many slots: 256 ms. */
const ESTIMATE_SLOTS = 16;
/** −50 dBFS: softer playback says nothing about what leaks. */
const AUDIBLE_POWER = 1e-5;
/** A leak is what is heard in the loud moments of playback, but for the loudest, which may be the person. */
const QUANTILE = 0.7;
/** From this correlation on what is heard is what was played. */
const LIKE_ECHO = 0.6;
/** Two voices may keep time by chance for a second, hardly for three: so much more it takes at first. */
const UNSURE = 0.35;
/** As small a share of the powers as rounding may leave of no spread at all. */
const STEADY = 1e-9;
/** Silence between words: the sound heard then is not an echo. */
const FLOOR_QUANTILE = 0.1;
const FLOOR_DB = -90;
/**
 * An echo as loud as this leaves no room above it for a person, whom microphones hear at −25 to −31
 * dBFS. The echo has to be softer by some dB to be bearable again.
 */
const HOPELESS_DBFS = -34;
const BEARABLE_DBFS = -40;
/** Estimates in a row, one each 256 ms. */
const HOPELESS_ESTIMATES = 8;

/** How much of what is played comes back through the microphone, after the browser's canceller. */
export interface Leak {
  /** How much softer than it was played. Of a microphone that hears only noise, that noise. */
  readonly levelDb: number;
  readonly delayMs: number;
  /** How alike what is heard and what is played are, 0–1. */
  readonly likeness: number;
  /** They are so alike that the sound is an echo. */
  readonly isEcho: boolean;
  /** What the loud moments of playback leak, dBFS. */
  readonly loudnessDbfs: number;
}

/**
 * Measures the echo, by comparing the loudness of what is played with what the microphone hears.
 *
 * All instants are ms on one clock; levels are root mean squares of samples in −1…1.
 */
export class LeakMeter {
  readonly #played = new SlotHistory();
  readonly #heard = new SlotHistory();
  #leak: Leak | undefined;
  #loudEstimates = 0;
  #isHopeless = false;
  #estimatedSlot = Number.NEGATIVE_INFINITY;

  /** The latest estimate; undefined before the first second of playback. */
  get leak(): Leak | undefined {
    return this.#leak;
  }

  /** Whether a person cannot be heard over the echo, and has not been able to for seconds. */
  get isHopeless(): boolean {
    return this.#isHopeless;
  }

  /** A few words for a log. */
  get summary(): string {
    if (this.#leak === undefined) return 'echo not measured';
    const { levelDb, delayMs, likeness } = this.#leak;
    return `echo ${levelDb.toFixed(0)} dB after ${delayMs} ms, likeness ${likeness.toFixed(2)}`;
  }

  rendered(startMs: number, endMs: number, rms: number): void {
    this.#played.write(startMs, endMs, rms * rms);
  }

  captured(startMs: number, endMs: number, rms: number): void {
    this.#heard.write(startMs, endMs, rms * rms);
    const slot = this.#heard.latest;
    if (slot - this.#estimatedSlot < ESTIMATE_SLOTS) return;
    this.#estimatedSlot = slot;
    this.#estimate(slot);
  }

  /** Another microphone, or another canceller: what was measured is not true of it. */
  reset(): void {
    this.#leak = undefined;
    this.#loudEstimates = 0;
    this.#isHopeless = false;
    this.#heard.clear();
  }

  #estimate(latest: number): void {
    const first = latest - WINDOW_SLOTS + 1;
    let loud = 0;
    let begin = latest;
    for (let slot = latest; slot >= first - MAX_LAG_SLOTS; slot -= 1) {
      if (this.#played.at(slot) < AUDIBLE_POWER) continue;
      loud += 1;
      begin = Math.max(first, slot);
    }
    if (loud < MIN_LOUD_SLOTS) return;
    let lag = 0;
    let likeness = Number.NEGATIVE_INFINITY;
    for (let candidate = 0; candidate <= MAX_LAG_SLOTS; candidate += 1) {
      const likenessHere = this.#likeness(begin, latest, candidate);
      if (likenessHere <= likeness) continue;
      likeness = likenessHere;
      lag = candidate;
    }
    const loudness = this.#meanAudible(first - lag, latest - lag);
    const gain = this.#gainAt(first, latest, lag, loudness);
    if (gain === undefined) return;
    // Sound unlike the playback is another sound: it can only show that the echo is no louder. The
    // first estimate is not an exception, or a person over the first words would not be heard.
    const isOther = likeness < LIKE_ECHO + UNSURE * (1 - (latest - begin) / WINDOW_SLOTS);
    if (isOther && dbOf(gain) >= (this.#leak?.levelDb ?? Number.POSITIVE_INFINITY)) {
      this.#loudEstimates = 0;
      return;
    }
    this.#leak = {
      levelDb: dbOf(gain),
      delayMs: lag * SLOT_MS,
      likeness: Math.max(0, likeness),
      isEcho: likeness >= LIKE_ECHO,
      loudnessDbfs: dbOf(gain * loudness),
    };
    this.#judge(this.#leak);
  }

  #judge({ isEcho, loudnessDbfs }: Leak): void {
    const isLoud = isEcho && loudnessDbfs > HOPELESS_DBFS;
    this.#loudEstimates = isLoud ? this.#loudEstimates + 1 : 0;
    if (this.#loudEstimates >= HOPELESS_ESTIMATES) this.#isHopeless = true;
    else if (loudnessDbfs < BEARABLE_DBFS) this.#isHopeless = false;
  }

  /** The correlation of the amplitudes. */
  #likeness(first: number, latest: number, lag: number): number {
    let n = 0;
    let sumX = 0;
    let sumY = 0;
    let sumXX = 0;
    let sumYY = 0;
    let sumXY = 0;
    for (let slot = first; slot <= latest; slot += 1) {
      if (!this.#heard.has(slot)) continue;
      const x = Math.sqrt(this.#played.at(slot - lag));
      const y = Math.sqrt(this.#heard.at(slot));
      n += 1;
      sumX += x;
      sumY += y;
      sumXX += x * x;
      sumYY += y * y;
      sumXY += x * y;
    }
    const spread = (n * sumXX - sumX * sumX) * (n * sumYY - sumY * sumY);
    // A sound that does not change is like nothing; what rounding leaves of its spread says nothing.
    const isSteady = spread <= STEADY * (n * sumXX) * (n * sumYY);
    return isSteady ? 0 : (n * sumXY - sumX * sumY) / Math.sqrt(spread);
  }

  #meanAudible(first: number, latest: number): number {
    let sum = 0;
    let n = 0;
    for (let slot = first; slot <= latest; slot += 1) {
      const power = this.#played.at(slot);
      if (power < AUDIBLE_POWER) continue;
      sum += power;
      n += 1;
    }
    return n === 0 ? 0 : sum / n;
  }

  /** What comes back of the moments that are louder than the mean, above the noise. */
  #gainAt(first: number, latest: number, lag: number, loudness: number): number | undefined {
    const heard: number[] = [];
    const ratios: number[] = [];
    for (let slot = first; slot <= latest; slot += 1) {
      if (this.#heard.has(slot)) heard.push(this.#heard.at(slot));
    }
    const noise = heard.length === 0 ? 0 : percentile(heard, FLOOR_QUANTILE);
    for (let slot = first; slot <= latest; slot += 1) {
      const played = this.#played.at(slot - lag);
      if (!this.#heard.has(slot) || played < AUDIBLE_POWER || played < loudness / 2) continue;
      ratios.push(Math.max(0, this.#heard.at(slot) - noise) / played);
    }
    return ratios.length < MIN_LOUD_SLOTS / 4 ? undefined : percentile(ratios, QUANTILE);
  }
}

/** The powers of the last slots. */
class SlotHistory {
  readonly #powers = new Float32Array(SLOTS);
  /** Which slot each entry is of; one that was not written holds nothing. */
  readonly #slots = new Float64Array(SLOTS).fill(Number.NaN);
  latest = Number.NEGATIVE_INFINITY;

  write(startMs: number, endMs: number, power: number): void {
    const first = Math.round(startMs / SLOT_MS);
    const end = Math.round(endMs / SLOT_MS);
    for (let slot = first; slot < end; slot += 1) {
      const at = ((slot % SLOTS) + SLOTS) % SLOTS;
      this.#powers[at] = power;
      this.#slots[at] = slot;
      this.latest = slot;
    }
  }

  has(slot: number): boolean {
    return this.#slots[((slot % SLOTS) + SLOTS) % SLOTS] === slot;
  }

  at(slot: number): number {
    return this.has(slot) ? this.#powers[((slot % SLOTS) + SLOTS) % SLOTS]! : 0;
  }

  clear(): void {
    this.#slots.fill(Number.NaN);
  }
}

function dbOf(power: number): number {
  return Math.max(FLOOR_DB, 10 * Math.log10(power));
}
