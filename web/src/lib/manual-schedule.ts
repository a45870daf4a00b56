import type { Schedule } from './schedule.ts';

/** A clock that tests turn by hand. */
export class ManualSchedule {
  nowMs = 0;
  readonly #tasks = new Set<{ readonly task: () => void; readonly dueMs: number }>();

  readonly schedule: Schedule = (task, delayMs) => {
    const entry = { task, dueMs: this.nowMs + delayMs };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  };

  /** How many tasks wait. */
  get waiting(): number {
    return this.#tasks.size;
  }

  /** Runs what falls due within `ms`, in order. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.#tasks]
        .filter(({ dueMs }) => dueMs <= untilMs)
        .toSorted((one, other) => one.dueMs - other.dueMs);
      if (next === undefined) break;
      this.#tasks.delete(next);
      this.nowMs = next.dueMs;
      next.task();
    }
    this.nowMs = untilMs;
  }
}
