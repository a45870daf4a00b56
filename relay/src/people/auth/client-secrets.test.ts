import { expect, test } from 'vitest';
import { ClientSecrets } from './client-secrets.ts';
import { GuestTokens } from './guest-tokens.ts';
import type { Identity } from './identity.ts';
import { SignOuts } from './sign-outs.ts';

const secret = new TextEncoder().encode('a secret of the right length, for tests');
const caller: Identity = {
  userId: 'guest_1',
  kind: 'guest',
  role: 'admin',
  plan: 'guest',
  expiresAtMs: Date.now() + 3_600_000,
};

test('a client secret says who calls and how, and is no administrator’s', async () => {
  const secrets = new ClientSecrets(secret, new SignOuts());
  const { value, expiresAtS } = await secrets.issue(caller, '{"model":"any"}', 600);
  expect(secrets.isOne(value)).toBe(true);
  expect(expiresAtS - Date.now() / 1_000).toBeLessThanOrEqual(600);
  expect(await secrets.read(value)).toEqual({
    identity: { ...caller, role: 'user' },
    session: '{"model":"any"}',
  });
});

test('a client secret ends with the token that it was asked for with', async () => {
  const secrets = new ClientSecrets(secret, new SignOuts());
  const expiresAtMs = Date.now() - 1_000;
  const { value } = await secrets.issue({ ...caller, expiresAtMs }, '{}', 600);
  await expect(secrets.read(value)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a client secret is refused after a sign-out, and from another relay', async () => {
  const signOuts = new SignOuts();
  const secrets = new ClientSecrets(secret, signOuts);
  const { value } = await secrets.issue(caller, '{}', 600);
  const other = new ClientSecrets(new Uint8Array(32), signOuts);
  await expect(other.read(value)).rejects.toMatchObject({ code: 'unauthorized' });
  signOuts.add(caller);
  await expect(secrets.read(value)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a guest’s token is no client secret, and a client secret no guest’s token', async () => {
  const signOuts = new SignOuts();
  const guests = new GuestTokens(secret, 3_600_000, { signOuts });
  const secrets = new ClientSecrets(secret, signOuts);
  const { token } = await guests.issue();
  await expect(secrets.read(`ek_${token}`)).rejects.toMatchObject({ code: 'unauthorized' });
  const { value } = await secrets.issue(caller, '{}', 600);
  const bare = `Bearer ${value.slice('ek_'.length)}`;
  await expect(guests.identify(bare)).rejects.toMatchObject({ code: 'unauthorized' });
});
