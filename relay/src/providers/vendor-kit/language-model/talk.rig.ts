import type { Simulator } from '../../../../simulators/kit/simulator.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type {
  Generator,
  GeneratorEvent,
  Message,
  Reminder,
  Reminders,
} from '../../../call/stages/generator/generator.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import type { ProviderContext } from '../vendor.ts';

/** A generator in front of a simulated vendor, for tests. */
export interface Talk extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly generator: Owned<Generator>;
  readonly reminders: Reminders;
  generate(text: string, signal?: AbortSignal): AsyncIterable<GeneratorEvent>;
  /** @param into - gets the events, also if the answer fails */
  ask(text: string, signal?: AbortSignal, into?: GeneratorEvent[]): Promise<GeneratorEvent[]>;
  /** Waits until something has happened on the other side of the network. */
  until(condition: () => boolean): Promise<void>;
}

export const testContext: ProviderContext = {
  clock: systemClock,
  logger: silentLogger,
  connectMs: 2_000,
  language: 'en-US',
};

export function talkWith(simulator: Simulator, generator: Owned<Generator>): Talk {
  const reminders = new ListedReminders();
  const generate = (text: string, signal = new AbortController().signal) => {
    const history: Message[] = [{ role: 'user', text }];
    return generator.generate({
      history,
      signal,
      person: { timeZone: 'Europe/Berlin' },
      reminders,
    });
  };
  return {
    simulator,
    generator,
    reminders,
    generate,
    async ask(text, signal, into = []) {
      for await (const event of generate(text, signal)) into.push(event);
      return into;
    },
    async until(condition) {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      await generator[Symbol.asyncDispose]?.();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

export function textOf(events: readonly GeneratorEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`Expected a ProviderError, got ${String(error)}`, { cause: error });
}

/** Timers that never ring; two at most. */
export class ListedReminders implements Reminders {
  readonly #listed: Reminder[] = [];
  #nextId = 1;

  add({ label, text, delayMs }: Parameters<Reminders['add']>[0]) {
    if (this.#listed.length === 2) return undefined;
    const reminder = { id: this.#nextId++, label, text, remainingMs: delayMs };
    this.#listed.push(reminder);
    return reminder;
  }

  list(): readonly Reminder[] {
    return [...this.#listed];
  }

  cancel(id: number): void {
    const index = this.#listed.findIndex((reminder) => reminder.id === id);
    if (index >= 0) this.#listed.splice(index, 1);
  }
}
