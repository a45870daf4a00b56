import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_PATHS, errorResponseSchema, guestResponseSchema, meSchema } from '@parley/shared';
import { signIn } from './support/api.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

const ask = (method: string, path: string, token: string) =>
  fetch(new URL(path, relay.url), { method, headers: { authorization: `Bearer ${token}` } });
const renew = (token: string) => ask('POST', API_PATHS.guest, token);
const userOf = async (token: string) =>
  meSchema.parse(await (await ask('GET', API_PATHS.me, token)).json()).user_id;

describe('a guest who asks with the token that they have', () => {
  it('gets another one and stays who they are', async () => {
    const first = await signIn(relay.url);
    const { token, expires_in_s: expiresInS } = guestResponseSchema.parse(
      await (await renew(first)).json(),
    );
    expect(expiresInS).toBe(30 * 86_400);
    expect(await userOf(token)).toBe(await userOf(first));
    expect(decodeJwt(token).exp).toBeGreaterThanOrEqual(decodeJwt(first).exp!);
  });

  it('is refused if it is not good, rather than made another guest', async () => {
    const { error } = errorResponseSchema.parse(await (await renew('not.a.token')).json());
    expect(error.code).toBe('unauthorized');
  });

  it('is refused once they have signed out', async () => {
    const token = await signIn(relay.url);
    await ask('POST', API_PATHS.signOut, token);
    expect((await renew(token)).status).toBe(401);
  });

  it.each(['Bearer', 'Basic cGFybGV5OnNlY3JldA=='])(
    'is a new one with “%s”, which is not a token',
    async (authorization) => {
      const response = await fetch(new URL(API_PATHS.guest, relay.url), {
        method: 'POST',
        headers: { authorization },
      });
      expect(guestResponseSchema.parse(await response.json()).token).toMatch(/^ey/);
    },
  );
});
