import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelBehaviour } from '../../../../simulators/language-models/language-model-behaviour.ts';
import type { Flavour } from '../../../../simulators/openai/answering.ts';
import { startOpenAiSimulator } from '../../../../simulators/openai/openai-simulator.ts';
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
import { VendorHttp } from '../http-client/vendor-http.ts';
import { createLanguageModelGenerator } from './language-model-generator.ts';

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

/** A talk with the simulator of OpenAI, or of a server that is compatible with it. */
export async function chatWith(
  behaviour: LanguageModelBehaviour,
  flavour: Flavour = 'openai',
  context: Partial<ProviderContext> = {},
  onBody: (body: unknown) => void = () => {},
): Promise<Talk> {
  const simulator = await startOpenAiSimulator({ ...behaviour, flavour });
  const http = new VendorHttp({ provider: 'test', stage: 'generator', connectMs: 2_000 });
  const baseURL = `${simulator.url}/v1`;
  const headers = { authorization: `Bearer ${simulator.key}` };
  return talkWith(
    simulator,
    createLanguageModelGenerator({
      reasoning: 'none',
      name: 'test',
      model: createOpenAICompatible({
        name: 'test',
        baseURL,
        headers,
        fetch(input, init) {
          onBody(init?.body);
          return http.fetch(input, init);
        },
        includeUsage: true,
      })('simulated'),
      http,
      models: { url: `${baseURL}/models`, headers },
      systemPrompt: 'Be brief. '.repeat(50),
      maxOutputTokens: 200,
      context: { ...testContext, ...context },
    }),
  );
}
