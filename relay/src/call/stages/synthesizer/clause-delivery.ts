import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { SpeechEvent } from './synthesizer.ts';
import type { ListenerLead } from './listener-lead.ts';

/** The listener must not run dry: with less than this ahead of them, audio goes out as it comes. */
const MIN_LEAD_MS = 300;

export interface ClauseDeliveryOptions {
  /** The clause's index in the reply. */
  readonly clause: number;
  /** What this provider was given of it. */
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
 * that costs the listener nothing. What was held back can be spoken by another voice as if it had
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

  /** From here on its audio goes out as it comes. */
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
