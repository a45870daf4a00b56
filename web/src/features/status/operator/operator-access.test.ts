import { expect, it } from 'vitest';
import type { Credentials, KeyValueStore } from '../../../client/index.ts';
import { memoryStore } from '../../../client/settings/memory-store.fake.ts';
import { createOperatorAccess } from './operator-api.ts';

const RELAY = 'https://relay.example';

function accessOf(credentials: Credentials | null, storage: KeyValueStore | null = memoryStore()) {
  return createOperatorAccess({
    fetch,
    relay: Promise.resolve({ kind: 'known', origin: RELAY }),
    account: { learn: () => Promise.resolve(), credentials: () => Promise.resolve(credentials) },
    storage,
  });
}

it('shows the token of an account, but never that of a guest', async () => {
  const account = accessOf({ kind: 'account', token: 'account-token' });
  expect(await account.bearer(RELAY)).toEqual({ kind: 'account', token: 'account-token' });
  const guest = accessOf({ kind: 'guest', token: 'guest-token', accessCode: undefined });
  expect(await guest.bearer(RELAY)).toEqual({ kind: 'none' });
});

it('prefers the operator’s token until it is forgotten, and shows it to one relay only', async () => {
  const storage = memoryStore();
  const access = accessOf({ kind: 'account', token: 'account-token' }, storage);
  expect(await access.give(' operators-token-0001 ')).toBe(true);
  const operator = { kind: 'operator', token: 'operators-token-0001' };
  expect(await access.bearer(RELAY)).toEqual(operator);
  expect(await access.bearer('https://other.example')).toMatchObject({ kind: 'account' });
  expect(await accessOf(null, storage).bearer(RELAY)).toEqual(operator);
  await access.forget();
  expect(await access.bearer(RELAY)).toMatchObject({ kind: 'account' });
  expect(await accessOf(null, storage).bearer(RELAY)).toEqual({ kind: 'none' });
});

it('works in a browser that refuses storage', async () => {
  const access = accessOf(null, null);
  await access.give('operators-token-0001');
  expect(await access.bearer(RELAY)).toMatchObject({ kind: 'operator' });
});

it.each(['', 'two words', 'töken'])('does not take %j for a token', async (typed) => {
  const access = accessOf(null);
  expect(await access.give(typed)).toBe(false);
  expect(await access.bearer(RELAY)).toEqual({ kind: 'none' });
});
