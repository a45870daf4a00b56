import {
  API_PATHS,
  createSessionResponseSchema,
  guestResponseSchema,
  type CreateSessionResponse,
} from '@parley/shared';

/** A bearer token for a new guest. */
export async function signIn(url: string): Promise<string> {
  const response = await fetch(new URL(API_PATHS.guest, url), { method: 'POST' });
  return guestResponseSchema.parse(await response.json()).token;
}

/** @param request - how the session is to begin */
export async function createSession(
  url: string,
  token?: string,
  request: object = {},
): Promise<CreateSessionResponse> {
  const response = await fetch(new URL(API_PATHS.sessions, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token ?? (await signIn(url))}` },
    body: JSON.stringify(request),
  });
  return createSessionResponseSchema.parse(await response.json());
}
