import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { SpeechEvent, TimedWord } from '../synthesizer.ts';
import type { ListenerLead } from './listener-lead.ts';
import { restOf } from './spoken-rest.ts';

/** The listener must not run dry: with less than this ahead of them, audio goes out as it comes. */
const MIN_LEAD_MS = 300;
/** Longest a clause is held back, however much the listener still has to play. */
const MAX_HOLD_MS = 5_000;

export interface ClauseDeliveryOptions {
  readonly text: string;
  readonly fromHz: number;
  readonly toHz: number;
  readonly lead: ListenerLead;
}

/**
 * One clause on its way from a provider to the listener: held back until it is whole, as long as
 * that costs the listener nothing. What was held back can be spoken by someone else as if it had
 * never been begun.
 *
 * A clause is announced together with its first audio, so that one that fails before has no trace.
 */
export class ClauseDelivery {
  readonly text: string;
  readonly #toHz: number;
  readonly #lead: ListenerLead;
  readonly #holdUntilMs: number;
  readonly #resampler: Pcm16Resampler | undefined;
  readonly #held: SpeechEvent[] = [];
  readonly #words: TimedWord[] = [];
  #isStreaming = false;
  #isAnnounced = false;
  #heldMs = 0;
  #deliveredMs = 0;

  constructor({ text, fromHz, toHz, lead }: ClauseDeliveryOptions) {
    this.text = text;
    this.#toHz = toHz;
    this.#lead = lead;
    this.#holdUntilMs = Math.min(lead.playedOutAtMs - MIN_LEAD_MS, lead.nowMs + MAX_HOLD_MS);
    this.#resampler = fromHz === toHz ? undefined : new Pcm16Resampler(fromHz, toHz);
  }

  /** Length of all audio that came for it. */
  get audioMs(): number {
    return this.#deliveredMs + this.#heldMs;
  }

  get isBegun(): boolean {
    return this.#deliveredMs > 0;
  }

  /** How long it may still be held back; undefined where it is not. */
  get holdMs(): number | undefined {
    if (this.#isStreaming) return undefined;
    return Math.max(0, this.#holdUntilMs - this.#lead.nowMs);
  }

  take(event: Exclude<SpeechEvent, { readonly type: 'clause-started' }>): void {
    if (event.type === 'words-timed') {
      this.#words.push(...event.words);
      this.#held.push(event);
    } else {
      this.#hold(this.#resampler?.push(event.samples) ?? event.samples);
    }
  }

  /** From here on its audio goes out as it comes. */
  stream(): void {
    this.#isStreaming = true;
  }

  /** What may go out now. */
  *outgoing(): Generator<SpeechEvent, void, undefined> {
    if (this.#isStreaming && (this.#isAnnounced || this.#heldMs > 0)) yield* this.#release();
  }

  /** All of it came. */
  *finish(): Generator<SpeechEvent, void, undefined> {
    if (this.#resampler !== undefined) this.#hold(this.#resampler.flush());
    yield* this.#release();
  }

  /** It broke off after it was begun: the words of it that nobody has heard. */
  rest(msPerCharacter: number): string {
    const deliveredMs = this.#deliveredMs;
    return restOf({ text: this.text, deliveredMs, words: this.#words, msPerCharacter });
  }

  #hold(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#held.push({ type: 'speech-audio', samples });
    this.#heldMs += this.#durationMs(samples);
  }

  *#release(): Generator<SpeechEvent, void, undefined> {
    if (!this.#isAnnounced) {
      this.#isAnnounced = true;
      yield { type: 'clause-started', text: this.text };
    }
    for (const event of this.#held.splice(0)) {
      if (event.type === 'speech-audio') {
        const durationMs = this.#durationMs(event.samples);
        this.#heldMs -= durationMs;
        this.#deliveredMs += durationMs;
        this.#lead.delivered(durationMs);
      }
      yield event;
    }
  }

  #durationMs(samples: Int16Array): number {
    return (samples.length / this.#toHz) * 1_000;
  }
}
