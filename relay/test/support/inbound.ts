import { closeReasonOf, type AudioFrame, type RelayEvent } from '@parley/shared';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';

export type Received =
  | { readonly kind: 'event'; readonly event: RelayEvent }
  | { readonly kind: 'audio'; readonly frame: AudioFrame };

type EventOf<T extends RelayEvent['type']> = Extract<RelayEvent, { readonly type: T }>;

const DEADLINE_MS = 10_000;

/** Everything a client received in a call, in order, and waiting for what is still to come. */
export class Inbound {
  readonly received: Received[] = [];
  readonly #waiting = new Set<{ check: () => void; giveUp: (error: Error) => void }>();
  /** The position at which `next` continues. */
  #cursor = 0;

  add(item: Received): void {
    this.received.push(item);
    for (const { check } of this.#waiting) check();
  }

  closed(code: number): void {
    const error = new Error(`closed with ${code} ${closeReasonOf(code).reason}`);
    for (const { giveUp } of this.#waiting) giveUp(error);
  }

  get events(): RelayEvent[] {
    return this.received.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
  }

  get frames(): AudioFrame[] {
    return this.received.flatMap((item) => (item.kind === 'audio' ? [item.frame] : []));
  }

  /** Sequence numbers in order of arrival. */
  get seqs(): number[] {
    return this.received.map((item) => (item.kind === 'event' ? item.event : item.frame).seq);
  }

  ofType<T extends RelayEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The next event of a type, past or future, after the one that was last asked for. */
  next<T extends RelayEvent['type']>(type: T): Promise<EventOf<T>> {
    let index = this.#cursor;
    return this.until(`event ${type}`, ({ received }) => {
      for (; index < received.length; index++) {
        const item = received[index]!;
        if (item.kind !== 'event' || item.event.type !== type) continue;
        this.#cursor = index + 1;
        return item.event as EventOf<T>;
      }
      return undefined;
    });
  }

  /** Resolves once `look` finds something in what was received. */
  async until<T>(what: string, look: (inbound: Inbound) => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting = {
      check: () => {
        const found = look(this);
        if (found === undefined) return;
        this.#waiting.delete(waiting);
        resolve(found);
      },
      giveUp: (error: Error) => reject(new Error(`Waiting for ${what}: ${error.message}`)),
    };
    this.#waiting.add(waiting);
    waiting.check();
    try {
      return await withDeadline(
        promise,
        DEADLINE_MS,
        systemClock,
        () => new Error(`Waited in vain for ${what}; got ${this.#summary()}`),
      );
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #summary(): string {
    return this.events.map((event) => event.type).join(', ') || 'nothing';
  }
}
