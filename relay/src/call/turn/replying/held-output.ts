import type { UnnumberedRelayEvent } from '@parley/shared';
import { aborted } from '../../../base/lib/deadline.ts';
import type { ConversationOutput } from '../output.ts';

/** Pieces of voice that are made ahead: a second of it is more than a first clause needs. */
const MAX_HELD_PIECES = 5;

/** The output of a reply that may never be wanted: kept back until it is, then let through. */
export class HeldOutput implements ConversationOutput {
  readonly #output: ConversationOutput;
  /** undefined once it was let through. */
  #held: (() => void)[] | undefined = [];
  #pieces = 0;
  readonly #released = Promise.withResolvers<void>();

  constructor(output: ConversationOutput) {
    this.#output = output;
  }

  event(event: UnnumberedRelayEvent): void {
    this.#pass(() => this.#output.event(event));
  }

  audio(item: number, samples: Int16Array, last: boolean): void {
    if (this.#held === undefined) return this.#output.audio(item, samples, last);
    this.#pieces++;
    // Whose memory it is may write into it once this returns.
    const kept = samples.slice();
    this.#held.push(() => this.#output.audio(item, kept, last));
  }

  dropAudio(item: number): void {
    if (this.#held === undefined) this.#output.dropAudio(item);
  }

  async writable(signal: AbortSignal): Promise<void> {
    if (this.#held !== undefined && this.#pieces >= MAX_HELD_PIECES) {
      await Promise.race([this.#released.promise, aborted(signal)]);
    }
    return this.#output.writable(signal);
  }

  nowMs(): number {
    return this.#output.nowMs();
  }

  /** It is wanted: what was kept goes out now, in its order, and everything after it at once. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
    this.#released.resolve();
  }

  #pass(send: () => void): void {
    if (this.#held === undefined) send();
    else this.#held.push(send);
  }
}
