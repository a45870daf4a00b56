import { exportSPKI, importJWK, SignJWT, type CryptoKey } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKey, type Issuer, type IssuerKey } from '../../../test/support/issuer.ts';
import { TestAccounts } from '../../../test/support/test-accounts.ts';

const SECRET = 'the secret of an older project, long enough';
const nowS = () => Math.floor(Date.now() / 1_000);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** One of each algorithm for all tests: an RSA key takes a third of a second. */
const keys = new Map<string, Promise<IssuerKey>>();
function keyOf(alg: string): Promise<IssuerKey> {
  const key = keys.get(alg) ?? newKey(alg, 'key-1');
  keys.set(alg, key);
  return key;
}

let accounts: TestAccounts;
let issuer: Issuer;
let start: TestAccounts['start'];

beforeEach(async () => {
  accounts = await TestAccounts.open();
  issuer = accounts.issuer;
  start = accounts.start.bind(accounts);
});
afterEach(() => accounts[Symbol.asyncDispose]());

describe('an account', () => {
  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('is known by a token of %s', async (alg) => {
    issuer.keys = [await keyOf(alg)];
    const { tokens } = await start();
    const exp = nowS() + 900;
    expect(await tokens.identify(`Bearer ${await issuer.token({ exp })}`)).toEqual({
      userId: 'user-1',
      kind: 'account',
      role: 'user',
      plan: 'default',
      expiresAtMs: exp * 1_000,
    });
  });

  it.each<[string, object, object]>([
    ['a role', { role: 'admin', plan: 'pro' }, { role: 'admin', plan: 'pro' }],
    ['a list of roles', { role: ['editor', 'admin'] }, { role: 'admin', plan: 'default' }],
    ['another role', { role: 'authenticated' }, { role: 'user' }],
    ['a role that only contains the word', { role: 'not admin' }, { role: 'user' }],
    ['a plan that is not a name', { plan: { name: 'pro' } }, { plan: 'default' }],
    ['a plan of another kind of letters', { plan: '../pro' }, { plan: 'default' }],
  ])('with %s', async (_, claims, expected) => {
    const { tokens } = await start();
    const token = await issuer.token(claims as Record<string, unknown>);
    expect(await tokens.identify(`Bearer ${token}`)).toMatchObject(expected);
  });

  it.each([
    ['within another', 'app_metadata.role', { app_metadata: { role: 'admin' } }],
    ['with dots in its name', 'https://x.example/role', { 'https://x.example/role': 'admin' }],
  ])('has its role in a claim %s', async (_, roleClaim, claims) => {
    const { tokens } = await start({ roleClaim });
    const token = await issuer.token(claims);
    expect(await tokens.identify(`Bearer ${token}`)).toMatchObject({ role: 'admin' });
  });

  it('has no role by what every object has', async () => {
    const { tokens } = await start({ roleClaim: '__proto__.admin', planClaim: 'constructor.name' });
    const token = await issuer.token();
    expect(await tokens.identify(`Bearer ${token}`)).toMatchObject({
      role: 'user',
      plan: 'default',
    });
  });

  it.each([
    ['expired for less than a minute', { exp: nowS() - 30 }],
    ['not valid for less than a minute yet', { nbf: nowS() + 30 }],
    ['for several audiences', { aud: ['else', 'parley'] }],
    ['of an issuer with a slash at its end', 'slash'],
  ])('with a token %s is let in', async (_, claims) => {
    const { outcome } = await start();
    const changed = typeof claims === 'string' ? { iss: `${issuer.url}/` } : claims;
    expect(await outcome(await issuer.token(changed))).toBe('user-1');
  });

  it('is refused by the tokens that it had when it signed out', async () => {
    const { tokens, outcome, signOuts } = await start();
    const before = await issuer.token();
    signOuts.add(await tokens.identify(`Bearer ${before}`));
    expect(await outcome(before)).toBe('unauthorized');
    expect(await outcome(await issuer.token({ iat: undefined }))).toBe('unauthorized');
    expect(await outcome(await issuer.token({ iat: nowS() + 2 }))).toBe('user-1');
    expect(await outcome(await issuer.token({ sub: 'user-2' }))).toBe('user-2');
  });
});

describe('a token is refused', () => {
  it.each<[string, object]>([
    ['that has expired', { exp: nowS() - 90 }],
    ['without an end', { exp: undefined }],
    ['that ends at no number', { exp: 'never' }],
    ['that is not valid yet', { nbf: nowS() + 90 }],
    ['for another audience', { aud: 'else' }],
    ['without an audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without an issuer', { iss: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with a subject that is not text', { sub: 7 }],
    ['of a guest’s name', { sub: 'guest_1234567890' }],
    ['with control characters in its subject', { sub: 'a\nb' }],
    ['with a subject that is too long', { sub: 'a'.repeat(256) }],
    ['of a person without an account', { is_anonymous: true }],
  ])('%s', async (_, claims) => {
    const { outcome } = await start();
    expect(await outcome(await issuer.token(claims as Record<string, unknown>))).toBe(
      'unauthorized',
    );
  });

  it('signed with a key that only calls itself the issuer’s', async () => {
    const { outcome } = await start();
    const forged = await issuer.token({}, { key: await newKey('ES256', 'key-1') });
    expect(await outcome(forged)).toBe('unauthorized');
  });

  it.each(['none', 'None', 'NONE'])('without a signature: alg %s', async (alg) => {
    const { outcome } = await start();
    const [, payload] = (await issuer.token()).split('.');
    expect(await outcome(`${encode({ alg })}.${payload}.`)).toBe('unauthorized');
    expect(await outcome(`${encode({ alg, kid: 'key-1' })}.${payload}.`)).toBe('unauthorized');
  });

  it.each([undefined, SECRET])(
    'signed with the public key as if it were a secret, the secret being %s',
    async (secret) => {
      issuer.keys = [await keyOf('RS256')];
      const { outcome } = await start({ secret });
      const { jwk } = issuer.keys[0]!;
      const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey);
      const claims = { iss: issuer.url, aud: 'parley', sub: 'user-1', exp: nowS() + 60 };
      for (const key of [pem, pem.trim(), JSON.stringify(jwk), jwk.n!]) {
        const forged = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
          .sign(new TextEncoder().encode(key));
        expect(await outcome(forged)).toBe('unauthorized');
      }
    },
  );

  it.each<[string, object]>([
    ['a key within', { kid: 'other', jwk: {} }],
    ['an address of keys', { kid: 'other', jku: 'https://evil.example/keys' }],
    ['a path as key', { kid: '../../../../dev/null' }],
    ['SQL as key', { kid: "' OR 1=1 --" }],
    ['a key that is not text', { kid: 1 }],
    ['a claim that must be understood', { crit: ['exp'], exp: 1 }],
    ['an extension that must be understood', { crit: ['x'], x: 1 }],
  ])('with %s in its header', async (_, header) => {
    const { outcome } = await start();
    const [, payload] = (await issuer.token()).split('.');
    const { privateKey } = issuer.keys[0]!;
    const signed = `${encode({ alg: 'ES256', ...header })}.${payload}`;
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      privateKey,
      new TextEncoder().encode(signed),
    );
    const token = `${signed}.${Buffer.from(signature).toString('base64url')}`;
    expect(await outcome(token)).toBe('unauthorized');
  });

  it('of an algorithm that is not allowed', async () => {
    issuer.keys = [await newKey('ES384', 'key-1')];
    const { outcome } = await start();
    expect(await outcome(await issuer.token())).toBe('unauthorized');
  });

  it.each(['', 'a', 'a.b', 'a.b.c', '..', 'e30.e30.e30', `${'a'.repeat(9_000)}.b.c`])(
    '%#: one that is no token',
    async (token) => {
      const { outcome } = await start();
      expect(await outcome(token)).toBe('unauthorized');
    },
  );
});

describe('older projects, which sign with a secret', () => {
  const legacy = (claims: object = {}, key = SECRET) =>
    new SignJWT({ iss: issuer.url, aud: 'parley', sub: 'user-1', exp: nowS() + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(key));

  it('are known by it, beside the issuer’s keys', async () => {
    const { outcome } = await start({ secret: SECRET });
    expect(await outcome(await legacy())).toBe('user-1');
    expect(await outcome(await issuer.token())).toBe('user-1');
    expect(await outcome(await legacy({}, `${SECRET}!`))).toBe('unauthorized');
  });

  it('do not let their own anonymous key in', async () => {
    const { outcome } = await start({ secret: SECRET });
    const anonymous = { iss: 'supabase', role: 'anon', sub: undefined, aud: undefined };
    expect(await outcome(await legacy(anonymous))).toBe('unauthorized');
  });
});

it('lets people without an account call as guests, if guests may', async () => {
  const { tokens } = await start({}, true);
  const token = await issuer.token({ is_anonymous: true, role: 'admin', plan: 'pro' });
  expect(await tokens.identify(`Bearer ${token}`)).toMatchObject({
    userId: 'guest_user-1',
    kind: 'guest',
    role: 'user',
    plan: 'guest',
  });
});
