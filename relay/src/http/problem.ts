import type { IncomingHttpHeaders } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { ERRORS, type errorResponseSchema, type ErrorCode, type ParleyError } from '@parley/shared';
import type { RequestTraces } from '../watching/exporters/request-tracer.ts';
import { newId } from '../base/lib/ids.ts';
import type { Logger } from '../base/lib/logger.ts';
import { LimitReached } from '../people/limits/limit-reached.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** When a client that was refused for want of room may ask again, s. */
const RETRY_AFTER_S = '5';
/** As much of what a client chose is logged of each field. */
export const MAX_LOGGED_CHARACTERS = 200;

/** What a refusal for its host or its origin was about, for the log. */
export function addresseeOf({ host, origin }: IncomingHttpHeaders) {
  return {
    host: host?.slice(0, MAX_LOGGED_CHARACTERS),
    origin: origin?.slice(0, MAX_LOGGED_CHARACTERS),
  };
}

/** A foreign protocol below a path of its own. */
export interface Dialect {
  /** A pattern, e.g. `/v1/*`. */
  readonly paths: string;
  readonly routes: Hono<{ Bindings: HttpBindings }>;
  /** In the place of `problemBody`. */
  readonly errorBody: (code: string, message: string, status: number) => object;
  /** Of paths whose bodies may be longer than others. */
  readonly maxBodyBytes: Readonly<Record<string, number>>;
}

/** The one shape of an HTTP error: code, sentence, retryability, request id, and perhaps trace id. */
export function problemBody(
  code: ErrorCode,
  requestId: string,
  {
    detail,
    traceId,
  }: { readonly detail?: string | undefined; readonly traceId?: string | undefined } = {},
): z.infer<typeof errorResponseSchema> {
  const { retryable, message } = ERRORS[code];
  const sentence = detail === undefined ? message : `${message} ${detail}`;
  return {
    error: { code, message: sentence, retryable, request_id: requestId, trace_id: traceId },
  };
}

/** @param retryAfterMs - when the same may be asked again */
export function problem(
  c: Context,
  code: ErrorCode,
  detail?: string,
  retryAfterMs?: number,
): Response {
  c.set('errorCode', code);
  const status = ERRORS[code].status as ContentfulStatusCode;
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  else if (status === 503) c.header('Retry-After', RETRY_AFTER_S);
  const { requestId, traceId } = c.var as RequestNames;
  const body = problemBody(code, requestId, { detail, traceId });
  const { errorBody } = c.var as { readonly errorBody?: Dialect['errorBody'] };
  return c.json(errorBody?.(code, body.error.message, status) ?? body, status);
}

export function refuse(c: Context, error: ParleyError): Response {
  if (error instanceof LimitReached) c.set('limit', error.limit);
  return problem(c, error.code, error.detail, error.retryAfterMs);
}

/** What `identifyRequests` gives a request. */
export interface RequestNames {
  readonly requestId: string;
  readonly traceId: string | undefined;
  /** ms since 1970. */
  readonly beganAtMs: number;
}

/**
 * Gives each request an id of our own: one that a caller chose could be another request's.
 *
 * @param traces - undefined: requests are not traced
 */
export function identifyRequests(traces?: RequestTraces): MiddlewareHandler {
  return async (c, next) => {
    const requestId = newId('req');
    c.set('requestId', requestId);
    c.set('traceId', traces?.traceIdOf(requestId));
    c.set('beganAtMs', Date.now());
    c.header('X-Request-Id', requestId);
    await next();
  };
}

/** Logs requests that are answered with an error, by the id that the client was given. */
export function logRefusals(
  logger: Logger,
  refusals: RefusalLog,
  proxies: TrustedProxies,
  traces: RequestTraces | undefined,
): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    if (status < 400) return;
    const { requestId, traceId, beganAtMs } = c.var as unknown as RequestNames;
    const { errorCode: code, limit } = c.var;
    const { method } = c.req;
    const path = c.req.path.slice(0, MAX_LOGGED_CHARACTERS);
    const callerRequestId = /^[\w-]{1,64}$/.exec(c.req.header('x-request-id') ?? '')?.[0];
    const { incoming } = c.env as HttpBindings;
    const isAboutAddress = code === 'host_not_allowed' || code === 'origin_not_allowed';
    const fields = {
      ...{ requestId, traceId, callerRequestId, method, path, status, code, limit },
      ...(isAboutAddress ? addresseeOf(incoming.headers) : {}),
    };
    const isFailure = c.error !== undefined && status === 500;
    if (isFailure) logger.error({ ...fields, err: c.error }, 'request failed unexpectedly');
    // A stranger fills the collector no more than the log.
    const isLogged =
      isFailure || refusals.write(proxies.clientAddress(incoming), fields, 'request refused');
    if (isLogged) traces?.refused({ requestId, method, path, status, code, beganAtMs });
  };
}
