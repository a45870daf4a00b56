import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { SpeechEvent } from './synthesizer.ts';
import type { ListenerLead } from './listener-lead.ts';
import type { Clause, ClauseTrack } from './clause-track.ts';

interface ClauseFeedOptions {
  readonly track: ClauseTrack;
  /** The first clause that is spoken otherwise: the feed ends before it. */
  readonly endsBefore: (clause: Clause) => boolean;
  /** Called when the provider begins to wait for text, and when it need not any more. */
  readonly onWaiting: () => void;
}

/** The listener must not run dry: with less than this ahead of them, audio goes out as it comes. */
const MIN_LEAD_MS = 300;

export interface ClauseDeliveryOptions {
  /** The clause's index in the reply. */
  readonly clause: number;
  /** The part that this provider was given. */
  readonly text: string;
  /** More audio than this it cannot have. */
  readonly longestMs: number;
  readonly fromHz: number;
  readonly toHz: number;
  readonly lead: ListenerLead;
}

/** Longest a clause is held back, however much the listener still has to play. */
const MAX_HOLD_MS = 5_000;

/**
 * One clause on its way from a provider to the listener: held back until it is whole, as long as
 * that costs the listener nothing. Held audio can be spoken by another voice as if the clause had
 * never been begun.
 *
 * A clause is announced together with its first audio, so that one that fails before has no trace.
 */
export class ClauseDelivery {
  readonly clause: number;
  readonly text: string;
  readonly #toHz: number;
  readonly #lead: ListenerLead;
  readonly #holdUntilMs: number;
  readonly #longestMs: number;
  readonly #resampler: Pcm16Resampler | undefined;
  #held: SpeechEvent[] = [];
  #samples = 0;
  #isStreaming = false;
  #isAnnounced = false;

  constructor({ clause, text, longestMs, fromHz, toHz, lead }: ClauseDeliveryOptions) {
    this.clause = clause;
    this.text = text;
    this.#toHz = toHz;
    this.#lead = lead;
    this.#longestMs = longestMs;
    this.#holdUntilMs = Math.min(lead.playedOutAtMs - MIN_LEAD_MS, lead.nowMs + MAX_HOLD_MS);
    this.#resampler = fromHz === toHz ? undefined : new Pcm16Resampler(fromHz, toHz);
  }

  /** Length of all audio that came for it. */
  get audioMs(): number {
    return (this.#samples / this.#toHz) * 1_000;
  }

  /** Whether there is more audio than the text can have. */
  get isEndless(): boolean {
    return this.audioMs > this.#longestMs;
  }

  /** How long it may still be held back; undefined if it is not. */
  get holdMs(): number | undefined {
    if (this.#isStreaming) return undefined;
    return Math.max(0, this.#holdUntilMs - this.#lead.nowMs);
  }

  take(event: SpeechEvent): void {
    if (event.type === 'speech-audio') {
      this.#hold(this.#resampler?.push(event.samples) ?? event.samples);
    } else if (event.type === 'words-timed') {
      this.#held.push({ ...event, clause: this.clause });
    }
  }

  /** From here on the clause's audio goes out as it comes. */
  stream(): void {
    this.#isStreaming = true;
  }

  /** What may go out now. */
  outgoing(): readonly SpeechEvent[] {
    return this.#isStreaming && this.#samples > 0 ? this.#release() : [];
  }

  /** All of it came: the rest of it. */
  finish(): readonly SpeechEvent[] {
    if (this.#resampler !== undefined) this.#hold(this.#resampler.flush());
    return [...this.#release(), { type: 'clause-done', clause: this.clause }];
  }

  #hold(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#samples += samples.length;
    this.#held.push({ type: 'speech-audio', clause: this.clause, samples });
  }

  #release(): readonly SpeechEvent[] {
    const released = this.#held;
    this.#held = [];
    if (this.#isAnnounced) return released;
    this.#isAnnounced = true;
    return [{ type: 'clause-begun', clause: this.clause }, ...released];
  }
}

/**
 * The clauses of a track as one provider reads them: from the exact word that was not delivered,
 * as far as they are written, and then as they come. One is asked for at a time. Leaving it does
 * not end the text.
 */
export class ClauseFeed implements AsyncIterableIterator<string> {
  readonly first: number;
  readonly #options: ClauseFeedOptions;
  #next: number;
  #isWaiting = false;
  #isClosed = false;
  #isExhausted = false;

  constructor(options: ClauseFeedOptions) {
    this.#options = options;
    this.first = options.track.position;
    this.#next = this.first;
  }

  /** Whether the provider waits for text: its silence is then not a failure. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Clauses that the provider has taken. */
  get handedOver(): number {
    return this.#next - this.first;
  }

  /** Whether the provider knows that no more text will come. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    const { track, endsBefore } = this.#options;
    if (!this.#isClosed) {
      const clause = track.peek(this.#next) ?? (await this.#wait());
      this.#isExhausted = clause === undefined || (clause.index > this.first && endsBefore(clause));
      if (!this.#isClosed && clause !== undefined && !this.#isExhausted) {
        this.#next++;
        track.handed(clause.index);
        return { done: false, value: track.rest(clause.index).text };
      }
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#isClosed = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  async #wait(): Promise<Clause | undefined> {
    this.#setWaiting(true);
    try {
      return await this.#options.track.at(this.#next);
    } finally {
      this.#setWaiting(false);
    }
  }

  #setWaiting(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    if (!this.#isClosed) this.#options.onWaiting();
  }
}
