import type { AudioFrameFault } from './audio-frame.ts';

/**
 * Every error a client can get: stable code → sentence, retryability, HTTP status. Sentences hold
 * no internals; `request_id` leads to the log line that does.
 */
export const ERRORS = {
  malformed_json: entry(400, false, 'The message is not valid JSON.'),
  invalid_event: entry(400, false, 'The event does not have the documented shape.'),
  invalid_request: entry(400, false, 'The request does not have the documented shape.'),
  frame_too_short: entry(400, false, 'The audio frame is shorter than its 12-byte header.'),
  frame_too_long: entry(400, false, 'The audio frame is longer than one second of audio.'),
  frame_odd_length: entry(400, false, 'The audio frame ends in half a sample.'),
  frame_empty: entry(400, false, 'The audio frame has no samples and is not marked as the last.'),
  frame_not_opus: entry(400, false, 'The audio frame holds no Opus packet of at most 120 ms.'),
  frame_codec_changed: entry(409, false, 'An utterance keeps the codec that it began with.'),
  frame_unknown_kind: entry(400, false, 'The audio frame is not an uplink frame.'),
  frame_wrong_size: entry(
    400,
    false,
    'An uplink frame holds 1,600 samples, in the last of an utterance fewer, or Opus of 20 to 120 ms.',
  ),
  frame_unexpected: entry(409, false, 'Audio arrived for an utterance that is not open.'),
  sequence_gap: entry(409, false, 'The sequence number is too far ahead of the last one.'),
  utterance_too_long: entry(
    413,
    false,
    'What you said was longer than can be heard at once and was cut off.',
  ),
  text_too_long: entry(413, false, 'The text is longer than 2,000 characters.'),
  response_not_found: entry(404, false, 'There is no such response to act on.'),
  nothing_to_answer: entry(409, false, 'Nothing has been said yet that could be answered.'),
  unauthorized: entry(
    401,
    false,
    'Sign in first: the bearer token is missing, expired or not valid.',
  ),
  access_code_wrong: entry(401, false, 'The access code is not right.'),
  forbidden: entry(403, false, 'This account may not do that.'),
  plan_excludes: entry(403, false, 'The plan of this account does not include that.'),
  budget_exhausted: entry(402, false, 'The budget is used up.'),
  origin_not_allowed: entry(403, false, 'Pages from this origin may not use this server.'),
  host_not_allowed: entry(421, false, 'This server does not answer under this host name.'),
  not_found: entry(404, false, 'There is nothing at this address.'),
  upgrade_required: entry(
    426,
    false,
    'This address is for WebSockets. If one was asked for here, a proxy on the way left out its Upgrade header.',
  ),
  https_required: entry(403, false, 'This server is used over https and wss only.'),
  payload_too_large: entry(413, false, 'The message is too large.'),
  rate_limited: entry(429, true, 'Too many requests. Try again in a moment.'),
  too_many_sessions: entry(
    429,
    true,
    'As many calls are open as this account may have. End one of them first.',
  ),
  capacity_exhausted: entry(
    503,
    true,
    'All voices are busy at the moment. Try again in a few seconds.',
  ),
  call_moved: entry(503, true, 'The call goes on at another server, which answers once more.'),
  draining: entry(503, true, 'The server is restarting. Try again in a moment.'),
  transcriber_failed: entry(
    502,
    true,
    'What you said could not be recognised this time. Please say it again.',
  ),
  transcriber_timeout: entry(
    504,
    true,
    'Recognising what you said took too long. Please say it again.',
  ),
  generator_failed: entry(502, true, 'No answer could be found this time. Please try again.'),
  generator_timeout: entry(504, true, 'Finding an answer took too long. Please try again.'),
  synthesizer_failed: entry(502, true, 'The answer could not be spoken. It is shown as text.'),
  synthesizer_timeout: entry(504, true, 'Speaking the answer took too long. It is shown as text.'),
  recording_failed: entry(
    503,
    true,
    'The call is not recorded: the recording could not be written. The call goes on.',
  ),
  storage_unavailable: entry(
    503,
    true,
    'Stored conversations cannot be reached at the moment. Try again in a moment.',
  ),
  report_failed: entry(502, true, 'The error report could not be passed on.'),
  internal_error: entry(500, true, 'Something went wrong on the server. Please try again.'),
} as const satisfies Record<string, ErrorEntry> & Record<AudioFrameFault, ErrorEntry>;

export interface ErrorEntry {
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
}

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** An error with a stable code that may be shown to a client; `cause` is for the log alone. */
export class ParleyError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** The fault in it, for the sender. */
  readonly detail: string | undefined;
  /** When the same may be asked again, ms from now; undefined if time alone does not help. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    options: { cause?: unknown; detail?: string; retryAfterMs?: number } = {},
  ) {
    const { message, retryable } = ERRORS[code];
    super(options.detail === undefined ? message : `${message} ${options.detail}`, options);
    this.name = 'ParleyError';
    this.code = code;
    this.detail = options.detail;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = retryable;
  }
}

function entry(status: number, retryable: boolean, message: string): ErrorEntry {
  return { status, retryable, message };
}
