import type { CLOSE_REASONS, CloseReasonName } from '../protocol/close-codes.ts';

export type ClientErrorCode =
  /** Nothing answers at the address, or a proxy answers for a relay that is away. */
  | 'unreachable'
  /** Something answers, but not as the protocol says. */
  | 'unreadable_answer'
  /** An answer took longer than a client should wait. */
  | 'timed_out'
  /** The turn was heard, and had no reply. */
  | 'no_reply'
  /** HTTP gets through to the server, and a WebSocket does not. */
  | 'socket_blocked'
  /** Speech could not be compressed any more, in the middle of an utterance. */
  | 'encoder_failed'
  /** The network went away. */
  | 'connection_lost'
  /** The server closed the connection; the code says why. */
  | (typeof CLOSE_REASONS)[CloseReasonName]['reason'];

/**
 * Why a call cannot go on, seen from the client's side. What the server itself answers to a
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
