import { outsideBoundaries } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { CallEventBody } from '../events/call-events.ts';
import { OpenTurns } from './open-turns.ts';
import type { SessionSnapshot, SnapshotKeeper } from './session-snapshot.ts';

export interface SessionKeepingOptions {
  readonly keeper: SnapshotKeeper;
  readonly resumeKey: string;
  /** The call as it is now, without its open turns. */
  readonly take: () => SessionSnapshot;
  /** The client keeps what it sent after this number; Infinity: it need not. */
  readonly holdAfter: (seq: number) => void;
  /** Another relay has taken the call over. */
  readonly onLost: () => void;
  readonly logger: Logger;
}

/**
 * Keeps a snapshot of a call where other relays find it: as the call begins, and whenever a turn is
 * over. What the client sent since then is not acknowledged, so that it can send it again to a relay
 * that takes the call over. While nothing can be kept, it is acknowledged as usual.
 */
export class SessionKeeping {
  readonly turns = new OpenTurns();
  readonly #options: SessionKeepingOptions;
  #isScheduled = false;
  #isOver = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SessionKeepingOptions) {
    this.#options = options;
  }

  observe(event: CallEventBody): void {
    if (event.type === 'turn-ended') this.turns.ended(event.turnId);
    else if (event.type !== 'session-started') return;
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    // What follows from the end of a turn is done first; one snapshot shows turns that end together.
    outsideBoundaries(() => setImmediate(() => this.#next()));
  }

  /** @returns whether another relay can go on with the call; this one does nothing more for it */
  async release(): Promise<boolean> {
    this.#isOver = true;
    await this.#work;
    const { keeper, resumeKey, take } = this.#options;
    return keeper.keep(resumeKey, take(), true).catch(() => false);
  }

  /** The call is over, here or everywhere. */
  end(isEverywhere: boolean): void {
    this.#isOver = true;
    const { keeper, resumeKey } = this.#options;
    if (isEverywhere) void this.#work.then(() => keeper.forget(resumeKey));
  }

  #next(): void {
    this.#isScheduled = false;
    this.#work = this.#work.then(() => this.#keep());
  }

  async #keep(): Promise<void> {
    if (this.#isOver) return;
    const { keeper, resumeKey, take, holdAfter, onLost, logger } = this.#options;
    try {
      const snapshot = take();
      const isOurs = await keeper.keep(resumeKey, snapshot, false);
      if (isOurs) holdAfter(snapshot.received.seq);
      else if (!this.#isOver) onLost();
    } catch (err) {
      holdAfter(Infinity);
      logger.debug({ err }, 'the snapshot of a call could not be kept');
    }
  }
}
