import { NOT_ACCEPTED, type CloseReason } from '../protocol/close-codes.ts';

/**
 * Ends the loop of a client whose messages a relay, or a proxy on the way, does not accept: after
 * each resumption it would send the same again.
 */
export class Refusals {
  #confirmedSeq = 0;
  #refusedSeq: number | undefined;

  /** @param seq - everything up to and including it has arrived */
  confirmed(seq: number): void {
    this.#confirmedSeq = seq;
  }

  /** @returns the reason; it is final if nothing more was confirmed since the last refusal */
  judge(reason: CloseReason): CloseReason {
    if (reason.reason !== NOT_ACCEPTED) return reason;
    const isAgain = this.#refusedSeq === this.#confirmedSeq;
    this.#refusedSeq = this.#confirmedSeq;
    return isAgain ? { ...reason, retry: 'never' } : reason;
  }
}
