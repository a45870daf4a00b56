import type { CLOSE_REASONS, CloseReason, CloseReasonName } from '@parley/shared';

type CloseCode = (typeof CLOSE_REASONS)[CloseReasonName]['reason'];

export type ClientErrorCode =
  /** Nothing answers at the address. */
  | 'unreachable'
  /** Something answers, but not as the protocol says. */
  | 'unreadable_answer'
  /** An answer took longer than a client should wait. */
  | 'timed_out'
  /** The turn was heard, and nothing was said to it. */
  | 'no_reply'
  /** The network went away. */
  | 'connection_lost'
  /** The server closed the connection; the code says why. */
  | CloseCode;

/**
 * Why a call could not go on, seen from the client's side. What the server itself answers to a
 * request is a `ParleyError`, whose codes are the protocol's.
 */
export class ClientError extends Error {
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ClientError';
    this.code = code;
  }
}

/** What a closed connection means for a client that did not ask for it. */
export function closedBy({ reason, message }: CloseReason): ClientError {
  return new ClientError(reason as ClientErrorCode, message);
}
