import { ParleyError } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import { afterDeadline } from '../../../base/lib/deadline.ts';
import type { WorkerLease } from '../../../base/lib/worker-pool.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';

export type RecogniserLease = WorkerLease<RecogniserRequest, RecogniserAnswer>;

/**
 * How much an utterance needs a recogniser: it is being spoken, its speaker pauses and may have
 * finished, or it has ended and an answer is awaited.
 */
export type Urgency = 'spoken' | 'pausing' | 'ended';

const RANKS: Readonly<Record<Urgency | 'idle', number>> = {
  idle: 0,
  spoken: 1,
  pausing: 2,
  ended: 3,
};

/** Without work for so long, an utterance keeps no recogniser from another. */
const IDLE_MS = 500;
/**
 * What an utterance that pauses or has ended waits before it takes another's place: decoding that
 * one anew costs more than to let a short one in between pass.
 */
const PATIENCE_MS = 50;
/** What is shorter takes no other's place: it soon finds one that is free. */
const MIN_PRESSING_SAMPLES = 8_000;
/** While some wait, how often it is looked whether others have become idle. */
const LOOK_MS = 25;
/** Of the recognisers, those that are kept from utterances that are only being spoken. */
const RESERVED_SHARE = 0.25;
/** Speaking at the same moment, or about to be answered. */
const MAX_UTTERANCES = 64;

/** One utterance as the scheduler sees it. */
export interface ScheduledUtterance {
  readonly isOver: boolean;
  readonly urgency: Urgency;
  /** Whether a recogniser would have something to do now. */
  readonly hasWork: boolean;
  /** Since when `urgency` or `hasWork` are what they are, ms on the clock. */
  readonly sinceMs: number;
  /** What has come of it so far. */
  readonly samples: number;
  /** What would have to be decoded again; undefined if it cannot be. */
  readonly decodedSamples: number | undefined;
  /**
   * Decodes it from the beginning, until it is over or was told to give way. Never rejects.
   *
   * @returns whether the recogniser is of further use
   */
  run(lease: RecogniserLease): Promise<boolean>;
  giveWay(): void;
  fail(error: unknown): void;
}

export interface UtteranceSchedulerOptions {
  /** Hands out a recogniser, which may have to start first. */
  readonly acquire: () => Promise<RecogniserLease>;
  /** Recognisers there may be. */
  readonly maxWorkers: number;
  /** How many can work at the same moment. */
  readonly processors: number;
  /** The longest that an utterance which has ended waits for one. */
  readonly waitMs: number;
  readonly clock: Clock;
}

/**
 * Shares few recognisers among many utterances, by their work. A recogniser decodes some ten times
 * as fast as people speak, but hears only one utterance at a time: one that is only being spoken,
 * or has nothing to decode, gives it up if another needs it more, and is decoded anew later, from
 * the audio that it keeps.
 */
export class UtteranceScheduler {
  readonly #options: UtteranceSchedulerOptions;
  readonly #waiting = new Set<ScheduledUtterance>();
  readonly #running = new Set<ScheduledUtterance>();
  /** Recognisers that are at no utterance. */
  readonly #free: RecogniserLease[] = [];
  #starting = 0;
  readonly #givingWay = new Set<ScheduledUtterance>();
  readonly #deadlines = new Map<ScheduledUtterance, () => void>();
  #looksAgain = false;

  constructor(options: UtteranceSchedulerOptions) {
    this.#options = options;
  }

  /** Utterances with something to decode that wait for a recogniser. */
  get waiting(): number {
    let waiting = 0;
    for (const { hasWork } of this.#waiting) if (hasWork) waiting++;
    return waiting;
  }

  /** @throws ParleyError `capacity_exhausted` if too many are spoken at once */
  admit(): void {
    if (this.#waiting.size + this.#running.size >= MAX_UTTERANCES)
      throw new ParleyError('capacity_exhausted');
  }

  enter(utterance: ScheduledUtterance): void {
    this.#waiting.add(utterance);
  }

  /** It is over. If it runs, that ends by itself. */
  leave(utterance: ScheduledUtterance): void {
    this.#waiting.delete(utterance);
    this.#cancelDeadline(utterance);
  }

  /** It has more work, or is more urgent. */
  changed(utterance: ScheduledUtterance): void {
    // What runs looks for itself whether there is more to do.
    if (!this.#waiting.has(utterance)) return;
    if (utterance.urgency === 'ended') this.#expectSoon(utterance);
    this.#assign();
  }

  /** Proves that a recogniser answers: one that is free, or the first. @throws what it fails with */
  async probe(): Promise<void> {
    const isAny = this.#running.size + this.#starting > 0;
    if (this.#free.length === 0 && isAny) return;
    // It counts as one that starts, or another would be asked for in its place.
    this.#starting += 1;
    let lease: RecogniserLease | undefined;
    try {
      lease = this.#free.pop() ?? (await this.#options.acquire());
      await lease.request({ type: 'discard' });
      this.#free.push(lease);
    } catch (error) {
      lease?.release();
      throw error;
    } finally {
      this.#starting -= 1;
      this.#assign();
    }
  }

  /** Gives recognisers to those that need them most, and asks for as many as they lack. */
  #assign(): void {
    const { maxWorkers } = this.#options;
    const unreserved = Math.max(1, maxWorkers - Math.ceil(maxWorkers * RESERVED_SHARE));
    let leaving = this.#givingWay.size;
    let starting = this.#starting;
    for (const utterance of this.#inNeed()) {
      const hasRoom =
        this.#running.size < (utterance.urgency === 'spoken' ? unreserved : maxWorkers);
      const lease = hasRoom ? this.#free.pop() : undefined;
      const weaker = lease === undefined && leaving === 0 ? this.#weakerThan(utterance) : undefined;
      if (lease !== undefined) void this.#run(utterance, lease);
      else if (leaving > 0) leaving -= 1;
      else if (weaker !== undefined) {
        this.#givingWay.add(weaker);
        weaker.giveWay();
      } else if (starting > 0) starting -= 1;
      else if (hasRoom && this.#mayStart()) void this.#start();
      else return this.#lookAgain();
    }
  }

  /**
   * A start keeps a processor busy for a second or two, which those that are there need most when
   * more are asked for: half of the processors are left to them. More recognisers than processors
   * decode no faster: they only hold more utterances. They start when no utterance that has ended
   * waits.
   */
  #mayStart(): boolean {
    const { maxWorkers, processors } = this.#options;
    if (this.#starting >= Math.max(1, Math.floor(processors / 2))) return false;
    const count = this.#running.size + this.#free.length + this.#starting;
    if (count < processors) return count < maxWorkers;
    return count < maxWorkers && [...this.#waiting].every(({ urgency }) => urgency !== 'ended');
  }

  async #start(): Promise<void> {
    this.#starting += 1;
    try {
      this.#free.push(await this.#options.acquire());
    } catch (error) {
      this.#inNeed()[0]?.fail(error);
    }
    this.#starting -= 1;
    this.#assign();
  }

  /** The most urgent first, then those that have waited longest. */
  #inNeed(): readonly ScheduledUtterance[] {
    return [...this.#waiting]
      .filter(({ hasWork }) => hasWork)
      .toSorted((a, b) => RANKS[b.urgency] - RANKS[a.urgency] || a.sinceMs - b.sinceMs);
  }

  /** Who should give way: the least urgent, then who loses least. */
  #weakerThan({ urgency, sinceMs, samples }: ScheduledUtterance): ScheduledUtterance | undefined {
    const [weakest] = [...this.#running]
      .filter((one) => !this.#givingWay.has(one) && one.decodedSamples !== undefined)
      .map((one) => ({ one, rank: this.#rankOf(one) }))
      .toSorted((a, b) => a.rank - b.rank || a.one.decodedSamples! - b.one.decodedSamples!);
    if (weakest === undefined) return undefined;
    // Those that are spoken do not take from each other, or each chunk would move all of them.
    const isPressing =
      urgency !== 'spoken' &&
      samples >= MIN_PRESSING_SAMPLES &&
      this.#options.clock.now() - sinceMs >= PATIENCE_MS;
    const isWeaker = weakest.rank === RANKS.idle || (isPressing && weakest.rank < RANKS[urgency]);
    return isWeaker ? weakest.one : undefined;
  }

  #rankOf({ urgency, hasWork, sinceMs }: ScheduledUtterance): number {
    const isIdle = !hasWork && this.#options.clock.now() - sinceMs >= IDLE_MS;
    return isIdle ? RANKS.idle : RANKS[urgency];
  }

  async #run(utterance: ScheduledUtterance, lease: RecogniserLease): Promise<void> {
    this.#waiting.delete(utterance);
    this.#running.add(utterance);
    this.#cancelDeadline(utterance);
    if (await utterance.run(lease)) {
      this.#free.push(lease);
      // Leaves it between utterances.
      lease.request({ type: 'discard' }).catch(() => this.#drop(lease));
    } else lease.release();
    this.#running.delete(utterance);
    this.#givingWay.delete(utterance);
    if (!utterance.isOver) {
      this.#waiting.add(utterance);
      if (utterance.urgency === 'ended') this.#expectSoon(utterance);
    }
    this.#assign();
  }

  #drop(lease: RecogniserLease): void {
    const at = this.#free.indexOf(lease);
    if (at !== -1) this.#free.splice(at, 1);
    lease.release();
  }

  #expectSoon(utterance: ScheduledUtterance): void {
    if (this.#deadlines.has(utterance)) return;
    const { clock, waitMs } = this.#options;
    const wait = () => this.#deadlines.set(utterance, afterDeadline(clock, waitMs, expire));
    const expire = () => {
      // A recogniser on its way up, which has a deadline of its own, is not a full house.
      if (this.#starting > 0) return wait();
      this.leave(utterance);
      utterance.fail(new ParleyError('capacity_exhausted'));
    };
    wait();
  }

  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    this.#options.clock.after(LOOK_MS, () => {
      this.#looksAgain = false;
      this.#assign();
    });
  }

  #cancelDeadline(utterance: ScheduledUtterance): void {
    this.#deadlines.get(utterance)?.();
    this.#deadlines.delete(utterance);
  }
}
