import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { GuestTokens } from './guest-tokens.ts';

const secret = new TextEncoder().encode('a secret of the right length, for tests');
const guests = new GuestTokens(secret, 3_600_000);

const codeOf = (error: unknown) => (error instanceof ParleyError ? error.code : error);
const refusal = (authorization: string | undefined) => guests.identify(authorization).catch(codeOf);

type Claims = Record<string, string | number | undefined>;

/** A token like those the relay signs, but for `change`; undefined leaves a claim out. */
function sign(change: Claims = {}, alg = 'HS256', key: Uint8Array = secret): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = { sub: 'guest_1', iss: 'parley', aud: 'parley', exp: nowS + 60, ...change };
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

it('knows again whom it signed in', async () => {
  const { token, expiresInS } = await guests.issue();
  expect(expiresInS).toBe(3_600);
  const { sub } = decodeJwt(token);
  expect(await guests.identify(`Bearer ${token}`)).toMatchObject({
    userId: sub,
    kind: 'guest',
    role: 'user',
  });
  expect(await guests.identify(`bearer ${token}`)).toMatchObject({
    userId: sub,
    kind: 'guest',
    role: 'user',
  });
});

it('gives every guest a name of their own', async () => {
  const [one, two] = await Promise.all([guests.issue(), guests.issue()]);
  expect(decodeJwt(one.token).sub).not.toBe(decodeJwt(two.token).sub);
});

it('knows a token of this shape, which those below spoil one by one', async () => {
  expect(await guests.identify(`Bearer ${await sign()}`)).toMatchObject({ userId: 'guest_1' });
});

describe('it refuses', () => {
  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Basic YTpi',
    `Bearer ${'a'.repeat(5_000)}`,
  ])('the header %j', async (header) => expect(await refusal(header)).toBe('unauthorized'));

  it.each<[string, Claims]>([
    ['without an issuer', { iss: undefined }],
    ['of another issuer', { iss: 'else' }],
    ['for another audience', { aud: 'else' }],
    ['that has expired', { exp: 1 }],
    ['that is not valid yet', { nbf: 9_999_999_999 }],
    ['without a subject', { sub: undefined }],
    ['without an end', { exp: undefined }],
  ])('a token %s', async (_, claims) => {
    expect(await refusal(`Bearer ${await sign(claims)}`)).toBe('unauthorized');
  });

  it('a token signed in another way', async () => {
    const forged = await sign({}, 'HS512', new Uint8Array(64).fill(1));
    expect(await refusal(`Bearer ${forged}`)).toBe('unauthorized');
  });

  it('a token signed with another key', async () => {
    const forged = await sign({}, 'HS256', new Uint8Array(32).fill(1));
    expect(await refusal(`Bearer ${forged}`)).toBe('unauthorized');
  });

  it.each(['none', 'None', 'NONE'])('a token without a signature: alg %s', async (alg) => {
    const [, payload] = (await sign()).split('.');
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    expect(await refusal(`Bearer ${header}.${payload}.`)).toBe('unauthorized');
  });
});
