import type { MiddlewareHandler } from 'hono';
import { ERRORS } from '@parley/shared';
import { problemBody, type RequestNames } from './problem.ts';

const RETRY_AFTER_S = 5;

/**
 * Reads the beginning of what is to be sent before its status is. A file that cannot be opened, e.g.
 * because no descriptors are left, is then refused; it would be an empty answer otherwise, which
 * browsers may keep for good.
 */
export function readBeforeSending(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { body, ok } = c.res;
    if (!ok || body === null) return;
    const reader = body.getReader();
    try {
      const first = await reader.read();
      c.res = new Response(joined(first, reader), c.res);
    } catch {
      const code = 'capacity_exhausted';
      const { requestId, traceId } = c.var as unknown as RequestNames;
      c.set('errorCode', code);
      // Without this, the headers of the file would be those of the refusal.
      c.res = undefined;
      c.res = Response.json(problemBody(code, requestId, { traceId }), {
        status: ERRORS[code].status,
        headers: {
          'Cache-Control': 'no-store',
          'Retry-After': String(RETRY_AFTER_S),
          'X-Request-Id': requestId,
        },
      });
    }
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

function joined(
  first: Awaited<ReturnType<Reader['read']>>,
  reader: Reader,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next: Promise<typeof first> | undefined = Promise.resolve(first);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await (next ?? reader.read());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
