import { ANSWER_DEADLINE_MS } from '../../lib/media-policy.ts';
import type { CallPhase } from '../../messages/media-messages.ts';
import { phaseOf, type CallCircumstances } from './call-phase.ts';

/** Keeps what the phase depends on, and tells each change of it once. */
export class CallPhases {
  readonly #tell: (phase: CallPhase) => void;
  #circumstances: CallCircumstances = {
    connection: 'first',
    hearing: false,
    speaking: false,
    awaiting: false,
  };
  #replying = false;
  #asked: ReturnType<typeof setTimeout> | undefined;
  #told: CallPhase | undefined;

  constructor(tell: (phase: CallPhase) => void) {
    this.#tell = tell;
    this.#update({});
  }

  connection(connection: CallCircumstances['connection']): void {
    if (connection === 'closed') clearTimeout(this.#asked);
    this.#update({ connection });
  }

  hearing(hearing: boolean): void {
    this.#update({ hearing });
  }

  replies(replies: { readonly awaited: boolean; readonly speaking: boolean }): void {
    this.#replying = replies.awaited;
    this.#update({ speaking: replies.speaking });
  }

  /** Something was said or typed: an answer is awaited, though not for ever. */
  asked(): void {
    clearTimeout(this.#asked);
    this.#asked = setTimeout(() => this.answered(), ANSWER_DEADLINE_MS);
    this.#update({});
  }

  /** A reply has begun, or there will be none. */
  answered(): void {
    clearTimeout(this.#asked);
    this.#asked = undefined;
    this.#update({});
  }

  #update(change: Partial<CallCircumstances>): void {
    const awaiting = this.#replying || this.#asked !== undefined;
    this.#circumstances = { ...this.#circumstances, ...change, awaiting };
    const phase = phaseOf(this.#circumstances);
    if (phase === this.#told) return;
    this.#told = phase;
    this.#tell(phase);
  }
}
