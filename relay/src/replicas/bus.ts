import { z } from 'zod';
import { OVER, withDeadline } from '../base/lib/deadline.ts';
import { sleep, type Clock } from '../base/lib/clock.ts';
import { newId } from '../base/lib/ids.ts';
import { parseJson } from '../base/lib/json.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { Replicas } from './replicas.ts';
import { SharedMemoryAway, type SharedMemory } from './shared-memory.ts';
import type { SharedSeal } from './shared-seal.ts';

/** All relays hear it. */
const CHANNEL = 'bus';
/** Questions that may wait for answers; further ones are as if Redis were away. */
const MAX_OPEN = 1_000;
const CATCH_UP_RETRY_MS = 1_000;
/** A message that is older was published again by somebody else; clocks of relays may differ. */
const MAX_AGE_MS = 60_000;
/** How long a start waits for what the others know. */
const START_MS = 2_000;

const signOutSchema = z.object({
  userId: z.string(),
  kind: z.enum(['guest', 'account']),
  atS: z.number(),
  untilS: z.number(),
});

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('signed-out'), from: z.string(), what: signOutSchema }),
  /** What they are stands in Redis. */
  z.object({ type: z.literal('settings-changed'), from: z.string() }),
  z.object({ type: z.literal('ask'), from: z.string(), id: z.string(), what: z.unknown() }),
  /** On the channel of the relay that asked. */
  z.object({ type: z.literal('answer'), from: z.string(), id: z.string(), what: z.unknown() }),
]);

/** When a message was published, ms since 1970. */
const stampSchema = z.object({ atMs: z.number() });

export type BusMessage = z.infer<typeof messageSchema>;

export interface BusOptions {
  readonly memory: Pick<SharedMemory, 'publish' | 'listen' | 'keyOf'>;
  readonly seal: SharedSeal;
  readonly replicas: Pick<Replicas, 'id' | 'peers'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What reacts to the bus. */
export interface BusListeners {
  readonly hear: (
    message: BusMessage & { readonly type: 'signed-out' | 'settings-changed' },
  ) => void;
  /** @returns JSON; rejects if the question is not known here */
  readonly answer: (question: unknown) => Promise<unknown>;
  /** Makes up for what was not heard. Each is tried until it does not reject. */
  readonly catchUp: readonly (() => Promise<void>)[];
}

export interface Asking {
  readonly deadlineMs: number;
  /** Ends the wait with this answer. */
  readonly isEnough?: (answer: unknown) => boolean;
  /** Only the relay with this id. */
  readonly of?: string;
}

interface Question {
  readonly waitsFor: Set<string>;
  readonly answers: unknown[];
  readonly isEnough: Asking['isEnough'];
  readonly done: () => void;
}

/** By which relays tell each other what happened, and ask each other, through Redis. */
export class Bus implements AsyncDisposable {
  readonly #options: BusOptions;
  readonly #over = new AbortController();
  readonly #open = new Map<string, Question>();
  #catchingUp: Promise<void> | undefined;
  /** Something was missed since the last catching up began. */
  #isBehind = true;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** The whole name of the channel, for scripts that publish. */
  get channel(): string {
    return this.#options.memory.keyOf(CHANNEL);
  }

  /** A message of this relay, as it is published. */
  messageOf(type: BusMessage['type'], rest: object = {}): string {
    const { seal, replicas } = this.#options;
    const message = { type, from: replicas.id, atMs: Date.now(), ...rest };
    return seal.seal(JSON.stringify(message), CHANNEL);
  }

  /** @returns undefined if no relay of the same secret wrote it just now, or one of another version */
  read(text: string): BusMessage | undefined {
    const message = parseJson(this.#options.seal.open(text, CHANNEL) ?? '');
    const { data: stamp } = stampSchema.safeParse(message);
    if (stamp === undefined || Math.abs(Date.now() - stamp.atMs) > MAX_AGE_MS) return undefined;
    return messageSchema.safeParse(message).data;
  }

  /** Begins to hear. Resolves once all that others know is known here, or Redis is away. */
  async begin(listeners: BusListeners): Promise<void> {
    const { memory, replicas, clock } = this.#options;
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    memory.listen(
      [CHANNEL, `${CHANNEL}:${replicas.id}`],
      (text) => this.#hear(text, listeners),
      () => void this.#missed(listeners).then(resolve),
    );
    await withDeadline(caughtUp, START_MS, clock, () => new SharedMemoryAway()).catch(() => {});
  }

  /**
   * Asks other relays.
   *
   * @returns what those said that have answered in time
   * @throws SharedMemoryAway
   */
  async ask(what: unknown, { deadlineMs, isEnough, of }: Asking): Promise<readonly unknown[]> {
    const { memory, replicas, clock } = this.#options;
    const asked = replicas.peers.filter(({ id }) => of === undefined || id === of);
    if (asked.length === 0) return [];
    if (this.#open.size >= MAX_OPEN) throw new SharedMemoryAway('Too many questions wait.');
    const id = newId('ask');
    const { promise, resolve: done } = Promise.withResolvers<void>();
    const answers: unknown[] = [];
    const waitsFor = new Set(asked.map((peer) => peer.id));
    this.#open.set(id, { waitsFor, answers, isEnough, done });
    try {
      const channel = of === undefined ? CHANNEL : `${CHANNEL}:${of}`;
      await memory.publish(channel, this.messageOf('ask', { id, what }));
      await withDeadline(promise, deadlineMs, clock, () => new SharedMemoryAway()).catch(() => {});
      return answers;
    } finally {
      this.#open.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(OVER);
    for (const { done } of this.#open.values()) done();
    await this.#catchingUp;
  }

  #hear(text: string, listeners: BusListeners): void {
    const { hear, answer } = listeners;
    const { replicas, logger } = this.#options;
    const message = this.read(text);
    if (message === undefined || message.from === replicas.id || this.#over.signal.aborted) return;
    const failed = (err: unknown) => logger.warn({ err, type: message.type }, 'bus message failed');
    switch (message.type) {
      case 'ask':
        void this.#answer(message.from, message.id, answer(message.what)).catch(failed);
        break;
      case 'answer':
        this.#answered(message.from, message.id, message.what);
        break;
      default:
        void Promise.resolve(message)
          .then(hear)
          .catch((err: unknown) => {
            failed(err);
            void this.#missed(listeners);
          });
    }
  }

  /** What cannot be answered is answered as well, so that the other need not wait. */
  async #answer(to: string, id: string, answer: Promise<unknown>): Promise<void> {
    const { memory } = this.#options;
    const what = await answer.catch(() => null);
    await memory.publish(`${CHANNEL}:${to}`, this.messageOf('answer', { id, what }));
  }

  #answered(from: string, id: string, what: unknown): void {
    const question = this.#open.get(id);
    if (question === undefined || !question.waitsFor.delete(from)) return;
    question.answers.push(what);
    if (question.waitsFor.size === 0 || question.isEnough?.(what) === true) question.done();
  }

  #missed(listeners: BusListeners): Promise<void> {
    this.#isBehind = true;
    return (this.#catchingUp ??= this.#catchUp(listeners).finally(() => {
      this.#catchingUp = undefined;
    }));
  }

  async #catchUp({ catchUp }: BusListeners): Promise<void> {
    const { signal } = this.#over;
    while (this.#isBehind && !signal.aborted) {
      this.#isBehind = false;
      try {
        for (const step of catchUp) await step();
      } catch (err) {
        this.#options.logger.debug({ err }, 'what other relays know could not be read');
        this.#isBehind = true;
        await sleep(this.#options.clock, CATCH_UP_RETRY_MS, signal);
      }
    }
  }
}
