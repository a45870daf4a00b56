import type { CallPhase } from '../../messages/media-messages.ts';

/** Longest that an answer may take to begin before the page stops showing that it is awaited. */
const ANSWER_DEADLINE_MS = 30_000;

export interface CallCircumstances {
  readonly connection: 'first' | 'open' | 'lost' | 'closed';
  /** The echo canceller of the call's first microphone learns, and mutilates what is said. */
  readonly priming: boolean;
  /** Confirmed speech. */
  readonly hearing: boolean;
  /** A reply is being heard. */
  readonly speaking: boolean;
  /** An answer is awaited, or begun but not yet to be heard. */
  readonly awaiting: boolean;
}

/** The one word for all that is going on: what a person most needs to know wins. */
export function phaseOf(call: CallCircumstances): CallPhase {
  switch (call.connection) {
    case 'first':
      return 'starting';
    case 'closed':
      return 'ended';
    case 'lost':
      return 'reconnecting';
    case 'open':
      if (call.hearing) return 'hearing';
      if (call.speaking) return 'speaking';
      if (call.awaiting) return 'thinking';
      return call.priming ? 'starting' : 'listening';
  }
}

/** Keeps what the phase depends on, and reports each change of it once. */
export class CallPhases {
  readonly #report: (phase: CallPhase) => void;
  #circumstances: Omit<CallCircumstances, 'awaiting'> = {
    connection: 'first',
    priming: false,
    hearing: false,
    speaking: false,
  };
  #isPrimed = false;
  #replying = false;
  #asked: ReturnType<typeof setTimeout> | undefined;
  #askedUtterance = 0;
  #phase: CallPhase | undefined;

  constructor(report: (phase: CallPhase) => void) {
    this.#report = report;
    this.#update();
  }

  get phase(): CallPhase | undefined {
    return this.#phase;
  }

  connection(connection: CallCircumstances['connection']): void {
    // What never was cannot be lost: a call that does not come about is still being connected.
    if (connection === 'lost' && this.#circumstances.connection === 'first') return;
    if (connection === 'closed') clearTimeout(this.#asked);
    this.#update({ connection });
  }

  /** A later microphone's, or one that the person does not wait for, changes nothing. */
  priming(priming: boolean): void {
    this.#isPrimed ||= !priming;
    this.#update({ priming: priming && !this.#isPrimed });
  }

  hearing(hearing: boolean): void {
    this.#isPrimed ||= hearing;
    this.#update({ hearing, priming: this.#circumstances.priming && !this.#isPrimed });
  }

  replies({ awaited, speaking }: { readonly awaited: boolean; readonly speaking: boolean }): void {
    this.#replying = awaited;
    this.#update({ speaking });
  }

  /**
   * Something was said or typed: an answer is awaited, though not for ever.
   *
   * @param utterance 0 if it was typed
   */
  asked(utterance = 0): void {
    clearTimeout(this.#asked);
    this.#askedUtterance = utterance;
    this.#asked = setTimeout(() => this.answered(), ANSWER_DEADLINE_MS);
    this.#update();
  }

  /**
   * A reply has begun, or there will be none.
   *
   * @param utterance what it answers; an earlier one than that which was asked last changes nothing
   */
  answered(utterance: number | null = null): void {
    if (utterance !== null && utterance < this.#askedUtterance) return;
    clearTimeout(this.#asked);
    this.#asked = undefined;
    this.#update();
  }

  #update(change: Partial<CallCircumstances> = {}): void {
    this.#circumstances = { ...this.#circumstances, ...change };
    const awaiting = this.#replying || this.#asked !== undefined;
    const phase = phaseOf({ ...this.#circumstances, awaiting });
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#report(phase);
  }
}
