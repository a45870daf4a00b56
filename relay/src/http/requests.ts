import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { ParleyError } from '@parley/shared';
import type { Authenticator, Identity } from '../people/auth/identity.ts';

/** Routes below `identified`. */
export interface IdentifiedEnv {
  readonly Variables: { identity: Identity };
}

/** Accepts requests whose token says who sent them. */
export function identified(authenticator: Authenticator): MiddlewareHandler<IdentifiedEnv> {
  return async (c, next) => {
    c.set('identity', await authenticator.identify(c.req.header('authorization')));
    await next();
  };
}

/**
 * The body of a request; an empty one is read as `{}`.
 *
 * @throws ParleyError `malformed_json`, `invalid_request`
 */
export async function bodyOf<T>(c: Context, schema: z.core.$ZodType<T>): Promise<T> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ParleyError('malformed_json');
  }
  return checked(body, schema, 'body');
}

/** @throws ParleyError `invalid_request` */
export function queryOf<T>(c: Context, schema: z.core.$ZodType<T>): T {
  return checked(c.req.query(), schema, 'query');
}

function checked<T>(value: unknown, schema: z.core.$ZodType<T>, what: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const detail = `${issue.path.join('.') || what}: ${issue.message}.`;
  throw new ParleyError('invalid_request', { detail });
}
