import type { z } from 'zod';
import {
  API_PATHS,
  createSessionResponseSchema,
  errorResponseSchema,
  guestResponseSchema,
  ParleyError,
  type createSessionRequestSchema,
  type CreateSessionResponse,
} from '@parley/shared';
import { ClientError } from './client-error.ts';

/** Longest wait for an answer over HTTP. */
const REQUEST_DEADLINE_MS = 10_000;

/**
 * A bearer token for a new guest.
 *
 * @param baseUrl - where the server is, e.g. `http://localhost:8787`
 * @throws ClientError `unreachable`, `timed_out`, `unreadable_answer`; ParleyError with the
 *   server's own code; the signal's reason when aborted
 */
export async function signInAsGuest(baseUrl: string, signal: AbortSignal): Promise<string> {
  const { token } = await post(baseUrl, API_PATHS.guest, guestResponseSchema, { signal });
  return token;
}

/** Permission to open one WebSocket. @throws as `signInAsGuest` */
export function createSession(
  baseUrl: string,
  token: string,
  request: z.infer<typeof createSessionRequestSchema>,
  signal: AbortSignal,
): Promise<CreateSessionResponse> {
  return post(baseUrl, API_PATHS.sessions, createSessionResponseSchema, {
    token,
    body: JSON.stringify(request),
    signal,
  });
}

async function post<T>(
  baseUrl: string,
  path: string,
  schema: z.ZodType<T>,
  options: { readonly token?: string; readonly body?: string; readonly signal: AbortSignal },
): Promise<T> {
  const { token, body, signal } = options;
  let status: number;
  let text: string;
  try {
    const response = await fetch(new URL(path, baseUrl), {
      method: 'POST',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_DEADLINE_MS)]),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    signal.throwIfAborted();
    throw unanswered(baseUrl, cause);
  }
  const value = parseJson(text);
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
  } else {
    const problem = errorResponseSchema.safeParse(value);
    if (problem.success) throw serverError(problem.data.error);
  }
  throw new ClientError(
    'unreadable_answer',
    `What answers at ${baseUrl} does not speak Parley's protocol (HTTP ${status} from ${path}).`,
  );
}

/** The server's sentence may say more than the code's own: what follows that is the detail. */
function serverError(error: z.infer<typeof errorResponseSchema>['error']): ParleyError {
  const plain = new ParleyError(error.code);
  if (!error.message.startsWith(plain.message)) return plain;
  const detail = error.message.slice(plain.message.length).trim();
  return detail === '' ? plain : new ParleyError(error.code, { detail });
}

function unanswered(baseUrl: string, cause: unknown): ClientError {
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new ClientError('timed_out', `The server at ${baseUrl} took too long to answer.`, {
      cause,
    });
  }
  const reason = (cause as { cause?: { code?: unknown } }).cause?.code;
  const detail = typeof reason === 'string' ? ` (${reason})` : '';
  return new ClientError('unreachable', `No server could be reached at ${baseUrl}${detail}.`, {
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
