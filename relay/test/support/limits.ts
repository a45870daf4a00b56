import { API_PATHS, errorResponseSchema } from '@parley/shared';

/** The setting that puts `document` in the place of the defaults. */
export const plans = (document: unknown) => ({ PLANS: JSON.stringify(document) });
export const guestPlan = (limits: Readonly<Record<string, unknown>>) =>
  plans({ plans: { guest: limits } });

export async function askForSession(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(new URL(API_PATHS.sessions, url), { method: 'POST', headers });
}

export async function refusalOf(response: Response) {
  const { code } = errorResponseSchema.parse(await response.json()).error;
  const retryAfterS = response.headers.get('retry-after');
  return { code, status: response.status, retryAfterS: retryAfterS && Number(retryAfterS) };
}
