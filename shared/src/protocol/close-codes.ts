/** Why a WebSocket was closed, and what a client may do about it. Policy as data. */
export interface CloseReason {
  /** WebSocket close code; 4000–4999 are Parley's own (RFC 6455 §7.4.2). */
  readonly code: number;
  /** Stable name, sent as the close reason. */
  readonly reason: string;
  /**
   * `resume`: reconnect to the same session; `new_session`: ask for a new session at once;
   * `later`: ask for a new session after a while; `never`: only a person can put it right.
   */
  readonly retry: 'resume' | 'new_session' | 'later' | 'never';
  /** A sentence for a person. */
  readonly message: string;
}

export const CLOSE_REASONS = {
  normal: { code: 1000, reason: 'normal', retry: 'never', message: 'The call has ended.' },
  draining: {
    code: 1012,
    reason: 'draining',
    retry: 'later',
    message: 'The server is restarting. Please call again in a moment.',
  },
  messageTooBig: {
    code: 1009,
    reason: 'message_too_big',
    retry: 'new_session',
    message: 'A message was larger than the server accepts.',
  },
  internal: {
    code: 1011,
    reason: 'internal_error',
    retry: 'resume',
    message: 'Something went wrong on the server.',
  },
  tooManyMalformed: {
    code: 4400,
    reason: 'too_many_malformed',
    retry: 'never',
    message: 'The server could not read what this client sent.',
  },
  ticketInvalid: {
    code: 4401,
    reason: 'ticket_invalid',
    retry: 'new_session',
    message: 'The ticket is unknown, expired or already used.',
  },
  budgetExhausted: {
    code: 4402,
    reason: 'budget_exhausted',
    retry: 'never',
    message: 'The budget is used up.',
  },
  signedOut: {
    code: 4403,
    reason: 'signed_out',
    retry: 'never',
    message: 'The call ended because you signed out.',
  },
  sessionGone: {
    code: 4404,
    reason: 'session_gone',
    retry: 'new_session',
    message: 'The call has ended and cannot be resumed.',
  },
  moved: {
    code: 4405,
    reason: 'moved',
    retry: 'resume',
    message: 'The call goes on at another server.',
  },
  idle: {
    code: 4408,
    reason: 'idle',
    retry: 'never',
    message: 'The call was ended because nothing was said for a while.',
  },
  replaced: {
    code: 4409,
    reason: 'replaced',
    retry: 'never',
    message: 'The call was continued on another connection.',
  },
  endedElsewhere: {
    code: 4410,
    reason: 'ended_elsewhere',
    retry: 'never',
    message: 'The call was ended from another window or device.',
  },
  endedByOperator: {
    code: 4411,
    reason: 'ended_by_operator',
    retry: 'never',
    message: 'The call was ended by the operator of this server.',
  },
  rateLimited: {
    code: 4429,
    reason: 'rate_limited',
    retry: 'later',
    message: 'Too much was sent too quickly.',
  },
  slowConsumer: {
    code: 4430,
    reason: 'slow_consumer',
    retry: 'resume',
    message: 'This connection could not keep up with the voice.',
  },
  durationLimit: {
    code: 4440,
    reason: 'duration_limit',
    retry: 'new_session',
    message: 'The call reached its longest permitted duration.',
  },
} as const satisfies Record<string, CloseReason>;

export type CloseReasonName = keyof typeof CLOSE_REASONS;

const byCode = new Map<number, CloseReason>(
  Object.values(CLOSE_REASONS).map((entry) => [entry.code, entry]),
);

/** RFC 6455 §7.4.1: what was sent breaks the protocol, is of a wrong kind, or cannot be decoded. */
const NOT_ACCEPTED_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007]);
export const NOT_ACCEPTED = 'not_accepted';
export const CONNECTION_LOST = 'connection_lost';

/**
 * What a received close code asks of the client. Codes Parley does not define (1006 above all:
 * the network went away) mean the same session may be resumed; `not_accepted` does so once.
 */
export function closeReasonOf(code: number): CloseReason {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  const { message } = CLOSE_REASONS.tooManyMalformed;
  if (NOT_ACCEPTED_CODES.has(code)) return { code, reason: NOT_ACCEPTED, retry: 'resume', message };
  return {
    code,
    reason: CONNECTION_LOST,
    retry: 'resume',
    message: 'The connection was lost.',
  };
}
