import type { Clock } from '../../../base/lib/clock.ts';
import type { Reminder, Reminders } from '../../stages/generator/generator.ts';

/** Reminders one session may hold at once. */
const MAX_REMINDERS = 20;

interface Pending {
  readonly id: number;
  readonly label: string;
  readonly text: string;
  readonly dueMs: number;
  readonly stop: () => void;
}

/** Reminders of one session; each rings once, through `onDue`. */
export class SessionReminders implements Reminders {
  readonly #clock: Clock;
  readonly #onDue: (text: string) => void;
  readonly #onNext: (dueMs: number) => void;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  #nextDueMs = Number.POSITIVE_INFINITY;

  /** @param onNext - the next one rings at another time than before; infinite if none does */
  constructor(clock: Clock, onDue: (text: string) => void, onNext = (_dueMs: number) => {}) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#onNext = onNext;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  add({ label, text, delayMs }: Parameters<Reminders['add']>[0]): Reminder | undefined {
    if (this.#pending.size >= MAX_REMINDERS) return undefined;
    const id = this.#nextId++;
    this.#start({ id, label, text, dueMs: this.#clock.now() + delayMs });
    this.#changed();
    return { id, label, text, remainingMs: delayMs };
  }

  /** Goes on with reminders of the same session, which another relay held; those overdue ring now. */
  restore(reminders: readonly Omit<Pending, 'stop'>[]): void {
    for (const reminder of reminders) {
      this.#nextId = Math.max(this.#nextId, reminder.id + 1);
      this.#start(reminder);
    }
    this.#changed();
  }

  /** With the instants at which they ring, on this relay's monotonic clock. */
  get pending(): readonly Omit<Pending, 'stop'>[] {
    return [...this.#pending.values()].map(({ id, label, text, dueMs }) => ({
      ...{ id, label, text, dueMs },
    }));
  }

  list(): readonly Reminder[] {
    const nowMs = this.#clock.now();
    return [...this.#pending.values()]
      .map(({ id, label, text, dueMs }) => {
        return { id, label, text, remainingMs: Math.max(0, dueMs - nowMs) };
      })
      .toSorted((a, b) => a.remainingMs - b.remainingMs);
  }

  cancel(id: number): void {
    this.#pending.get(id)?.stop();
    this.#pending.delete(id);
    this.#changed();
  }

  cancelAll(): void {
    for (const id of [...this.#pending.keys()]) this.cancel(id);
  }

  /** @returns what takes back all that was done since; what has rung stays so */
  checkpoint(): () => void {
    const before = [...this.#pending.values()];
    const nextId = this.#nextId;
    return () => {
      for (const id of [...this.#pending.keys()]) if (id >= nextId) this.cancel(id);
      const nowMs = this.#clock.now();
      for (const reminder of before) {
        if (reminder.dueMs > nowMs && !this.#pending.has(reminder.id)) this.#start(reminder);
      }
      this.#changed();
    };
  }

  #start({ id, label, text, dueMs }: Omit<Pending, 'stop'>): void {
    const stop = this.#clock.after(dueMs - this.#clock.now(), () => {
      this.#pending.delete(id);
      this.#changed();
      this.#onDue(text);
    });
    this.#pending.set(id, { id, label, text, dueMs, stop });
  }

  #changed(): void {
    const dueMs = Math.min(...[...this.#pending.values()].map((reminder) => reminder.dueMs));
    if (dueMs !== this.#nextDueMs) this.#onNext(dueMs);
    this.#nextDueMs = dueMs;
  }
}
