import type { Clock } from '../lib/clock.ts';
import type { Reminder, Reminders } from '../stages/generator.ts';

/** Reminders one session may hold at once. */
const MAX_REMINDERS = 20;

/** Reminders of one session; each rings once, through `onDue`. */
export class SessionReminders implements Reminders {
  readonly #clock: Clock;
  readonly #onDue: (text: string) => void;
  readonly #pending = new Map<
    number,
    { readonly label: string; readonly dueMs: number; readonly cancel: () => void }
  >();
  #nextId = 1;

  constructor(clock: Clock, onDue: (text: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  add({ label, text, delayMs }: Parameters<Reminders['add']>[0]): Reminder | undefined {
    if (this.#pending.size >= MAX_REMINDERS) return undefined;
    const id = this.#nextId++;
    const cancel = this.#clock.after(delayMs, () => {
      this.#pending.delete(id);
      this.#onDue(text);
    });
    this.#pending.set(id, { label, dueMs: this.#clock.now() + delayMs, cancel });
    return { id, label, remainingMs: delayMs };
  }

  list(): readonly Reminder[] {
    const nowMs = this.#clock.now();
    return [...this.#pending]
      .map(([id, { label, dueMs }]) => ({ id, label, remainingMs: Math.max(0, dueMs - nowMs) }))
      .toSorted((a, b) => a.remainingMs - b.remainingMs);
  }

  cancel(id: number): void {
    this.#pending.get(id)?.cancel();
    this.#pending.delete(id);
  }

  cancelAll(): void {
    for (const id of [...this.#pending.keys()]) this.cancel(id);
  }
}
