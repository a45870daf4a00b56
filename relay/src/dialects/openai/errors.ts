import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What OpenAI's libraries read of a refusal. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** Sentences of the relay that speak to a person in a call, as a program is to read them. */
const SENTENCES: Readonly<Record<string, string>> = {
  unauthorized: 'The API key is missing, expired or not valid. It is a bearer token of this relay.',
  capacity_exhausted: 'The relay is busy at the moment. Try again in a few seconds.',
  transcriber_failed: 'The recording could not be transcribed this time. Try again.',
  transcriber_timeout: 'Transcribing the recording took too long. Try again.',
  synthesizer_failed: 'The text could not be spoken this time. Try again.',
  synthesizer_timeout: 'Speaking the text took too long. Try again.',
  payload_too_large: 'The request is larger than is taken here: a recording may have 25 MB.',
};

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** Something about the request that OpenAI's protocol has and Parley's has not. */
export class RequestFault extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly param: string | null;

  /** @param message - a sentence for the program's author */
  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    param: string | null = null,
  ) {
    super(message);
    this.name = 'RequestFault';
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

/** A field of the request is not what it may be. */
export function invalid(param: string, message: string): RequestFault {
  return new RequestFault(400, 'invalid_request', message, param);
}

/** @param message - of the relay; a sentence for programs may stand in its place */
export function errorBody(
  code: string,
  message: string,
  status: number,
  param: string | null = null,
): ErrorBody {
  return { error: { message: SENTENCES[code] ?? message, type: errorType(status), param, code } };
}

export function errorType(status: number): string {
  return TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
}

export function refuseFault(c: Context, { status, code, message, param }: RequestFault): Response {
  c.set('errorCode', code);
  return c.json(errorBody(code, message, status, param), status);
}
