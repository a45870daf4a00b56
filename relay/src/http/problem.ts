import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ERRORS, type ErrorCode } from '@parley/shared';
import type { Logger } from '../lib/logger.ts';

/** As much of a path as is logged. */
const MAX_PATH_CHARACTERS = 200;

/** The one shape of an HTTP error: code, sentence, retryability, request id. */
export function problem(c: Context, code: ErrorCode, detail?: string): Response {
  const { status, retryable, message } = ERRORS[code];
  c.set('errorCode', code);
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

/** Logs each request that is answered with an error, by the id that the client was given. */
export function logRefusals(logger: Logger): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    if (status < 400) return;
    const { requestId, errorCode: code } = c.var;
    const { method } = c.req;
    const path = c.req.path.slice(0, MAX_PATH_CHARACTERS);
    const fields = { requestId, method, path, status, code };
    if (c.error !== undefined && status === 500) {
      logger.error({ ...fields, err: c.error }, 'request failed unexpectedly');
    } else {
      logger.info(fields, 'request refused');
    }
  };
}
