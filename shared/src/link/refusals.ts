import { NOT_ACCEPTED, type CloseReason } from '../protocol/close-codes.ts';
import { ERRORS, type ParleyError } from '../protocol/errors.ts';
import { ClientError } from './client-error.ts';

/** A call that cannot begin: no WebSocket gets to the relay, though HTTP does. */
export const SOCKET_BLOCKED = {
  code: 1006,
  reason: 'socket_blocked',
  retry: 'never',
  message: 'The connection for the voice does not get through.',
} as const satisfies CloseReason;

export const SOCKET_BLOCKED_SENTENCE =
  'The server answers, but the connection that carries the voice (a WebSocket) does not get through: a proxy on the way does not pass it on.';

/** Why a connection ended that did not come about. */
export function reasonOf(error: ParleyError | ClientError): CloseReason {
  if (error instanceof ClientError) {
    return { code: 1006, reason: error.code, retry: 'later', message: error.message };
  }
  const { code, retryable } = error;
  // The problem has the details; why a call is over is one short sentence.
  const { message } = ERRORS[code];
  return { code: 1006, reason: code, retry: retryable ? 'later' : 'never', message };
}

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
