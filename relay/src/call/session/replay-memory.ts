import { outsideBoundaries, within, type ErrorBoundary } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';

/** As much of a session as takes memory for its replay. */
export interface ReplayHolder extends ErrorBoundary {
  /** Memory of what is kept for a replay, bytes. */
  readonly keptBytes: number;
  readonly isAttached: boolean;
  /** Gives up what it keeps, or half of it. */
  shedReplay(): void;
}

export interface ReplayMemoryOptions {
  readonly maxBytes: number;
  readonly holders: Iterable<ReplayHolder>;
  readonly logger: Logger;
}

/** What remains once room was made, so that it is not made again for the next message. */
const REMAINING_SHARE = 0.9;

/**
 * The memory that all sessions together keep for replays, bounded. If it is passed, sessions whose
 * client is away give way first, the largest before the others; then those that are connected,
 * which need it only if they lose their connection.
 */
export class ReplayMemory {
  readonly #options: ReplayMemoryOptions;
  #bytes = 0;
  #isScheduled = false;

  constructor(options: ReplayMemoryOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A session keeps more, or less. */
  readonly count = (changedBytes: number): void => {
    this.#bytes += changedBytes;
    if (this.#bytes <= this.#options.maxBytes || this.#isScheduled) return;
    this.#isScheduled = true;
    // Not in the middle of the message that was one too many: its session may be the one to go.
    outsideBoundaries(() => setImmediate(() => this.#makeRoom()));
  };

  #makeRoom(): void {
    this.#isScheduled = false;
    const { holders, maxBytes, logger } = this.#options;
    const order = [...holders].toSorted(
      (a, b) => Number(a.isAttached) - Number(b.isAttached) || b.keptBytes - a.keptBytes,
    );
    const before = this.#bytes;
    for (const holder of order) {
      if (this.#bytes <= REMAINING_SHARE * maxBytes) break;
      within(holder, () => holder.shedReplay());
    }
    logger.warn({ freedBytes: before - this.#bytes, maxBytes }, 'too much is kept for replays');
  }
}
