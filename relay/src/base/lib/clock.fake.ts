import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly dueMs: number; readonly action: () => void }>();
  readonly #stalls: { readonly endMs: number; readonly ms: number }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  lostMs(sinceMs: number): number {
    const lostMs = this.#stalls.reduce((sum, { endMs, ms }) => sum + (endMs > sinceMs ? ms : 0), 0);
    return Math.min(lostMs, this.#nowMs - sinceMs);
  }

  /** Time passes and nothing runs, as in a process whose event loop is held up. */
  stall(ms: number): void {
    this.#nowMs += ms;
    this.#stalls.push({ endMs: this.#nowMs, ms });
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on, running what falls due in order and letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = [...this.#timers]
        .filter((timer) => timer.dueMs <= endMs)
        .toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.action();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Lets every promise that can settle do so: one turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
