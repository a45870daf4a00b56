import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ERRORS, type ErrorCode } from '@parley/shared';

/** The one shape of an HTTP error: code, sentence, retryability, request id. */
export function problem(c: Context, code: ErrorCode, detail?: string): Response {
  const { status, retryable, message } = ERRORS[code];
  return c.json(
    {
      error: {
        code,
        message: detail === undefined ? message : `${message} ${detail}`,
        retryable,
        request_id: c.get('requestId'),
      },
    },
    status as ContentfulStatusCode,
  );
}
