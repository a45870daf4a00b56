import { describe, expect, test } from 'vitest';
import {
  createScriptedAccount,
  EMAIL_CODE,
  GUEST_TOKEN,
  RENEWED_GUEST_TOKEN,
  RIGHT_CODE,
  type ScriptedAccountOptions,
} from '../../../e2e/ui/support/scripted-account.ts';
import { memoryStore } from '../settings/memory-store.fake.ts';

const RELAY = 'https://relay.example';

async function learned(options: ScriptedAccountOptions) {
  const account = createScriptedAccount(options);
  await account.learn();
  return account;
}

async function signIn(account: Awaited<ReturnType<typeof learned>>): Promise<void> {
  await (await account.issuer()).verifyCode('ada@example.com', EMAIL_CODE);
}

describe('a relay', () => {
  test.each(['older', 'guests'] as const)('of kind %s lets guests call at once', async (way) => {
    const account = await learned({ way });
    expect(account.asksFirst(() => undefined)).toBe(false);
    expect(await account.credentials(RELAY)).toEqual({
      kind: 'guest',
      token: undefined,
      accessCode: undefined,
    });
  });

  test('that has not answered yet holds no call up', async () => {
    const account = createScriptedAccount({ way: 'code' });
    expect(account.asksFirst(() => undefined)).toBe(false);
    expect(await account.credentials(RELAY)).toMatchObject({ kind: 'guest' });
  });
});

describe('the access code', () => {
  test('is asked for once, and then what the person wanted is done', async () => {
    const storage = memoryStore();
    const account = await learned({ way: 'code', storage });
    let calls = 0;
    expect(account.asksFirst(() => (calls += 1))).toBe(true);
    expect(account.store.getState().question).toBe('access-code');
    expect(await account.credentials(RELAY)).toBeNull();
    expect(await account.tryAccessCode('guess')).toEqual({ kind: 'wrong' });
    expect(await account.tryAccessCode(RIGHT_CODE)).toMatchObject({ kind: 'right' });
    account.answered();
    expect(calls).toBe(1);
    expect(account.store.getState().question).toBeNull();

    const later = await learned({ way: 'code', storage });
    expect(later.asksFirst(() => undefined)).toBe(false);
    expect(await later.credentials(RELAY)).toEqual({
      kind: 'guest',
      token: 'guest-token',
      accessCode: RIGHT_CODE,
    });
  });

  test('that was changed is asked for again', async () => {
    const storage = memoryStore();
    const account = await learned({ way: 'code', storage });
    await account.tryAccessCode(RIGHT_CODE);
    let calls = 0;
    expect(await account.refused('access_code_wrong', () => (calls += 1))).toBe(true);
    expect(account.store.getState().question).toBe('access-code');
    account.answered();
    expect(calls).toBe(1);
  });

  test('is not asked of a person with an account', async () => {
    const account = await learned({ way: 'both' });
    await signIn(account);
    expect(account.asksFirst(() => undefined)).toBe(false);
    expect(await account.credentials(RELAY)).toEqual({ kind: 'account', token: 'account-token' });
  });
});

describe('an account', () => {
  test('is asked for if the relay has no guests', async () => {
    const account = await learned({ way: 'accounts' });
    expect(account.asksFirst(() => undefined)).toBe(true);
    expect(account.store.getState().question).toBe('sign-in');
    expect(await account.credentials(RELAY)).toBeNull();
  });

  test('whose token the relay refuses must sign in again', async () => {
    const account = await learned({ way: 'accounts' });
    expect(await account.refused('unauthorized', () => undefined)).toBe(true);
    expect(account.store.getState().question).toBe('sign-in');
    expect(await account.refused('capacity_exhausted', () => undefined)).toBe(false);
  });

  test('that signs out ends its calls at the relay, and is forgotten', async () => {
    const asked: string[] = [];
    const account = await learned({ way: 'both', onAsked: (what) => asked.push(what) });
    await signIn(account);
    expect(account.store.getState().account).toEqual({
      name: 'ada@example.com',
      token: 'account-token',
    });
    expect(await account.signOut()).toBe(true);
    expect(account.store.getState().account).toBeNull();
    expect(asked.slice(-2)).toEqual(['POST /api/v1/auth/sign-out', 'sign-out']);
    expect(await account.credentials(RELAY)).toBeNull();
  });

  test('is expected of who was signed in, even before the relay has said how', async () => {
    const kept = { name: 'ada@example.com', token: 'account-token' };
    const storage = memoryStore({ [`parley.signed-in ${RELAY}`]: JSON.stringify({ is: true }) });
    for (const way of ['both', 'accounts'] as const) {
      const account = createScriptedAccount({ way, storage, account: kept });
      void account.learn();
      expect(account.asksFirst(() => undefined)).toBe(false);
      expect(await account.credentials(RELAY)).toEqual({ kind: 'account', token: 'account-token' });
    }
  });

  test('of a guest is not asked for at a relay without accounts', async () => {
    const account = await learned({ way: 'guests' });
    expect(await account.refused('unauthorized', () => undefined)).toBe(false);
  });
});

describe('a guest who comes back', () => {
  const DAY_MS = 86_400_000;
  const keptSince = (daysAgo: number) =>
    memoryStore({
      [`parley.guest ${RELAY}`]: JSON.stringify({
        token: GUEST_TOKEN,
        keptAtMs: Date.now() - daysAgo * DAY_MS,
        expiresAtMs: Date.now() + (30 - daysAgo) * DAY_MS,
      }),
    });

  test('in time is given another token', async () => {
    const account = await learned({ way: 'guests', storage: keptSince(2) });
    await expect.poll(() => account.token(RELAY)).toBe(RENEWED_GUEST_TOKEN);
  });

  test('on the same day keeps the one they have', async () => {
    const asked: string[] = [];
    const onAsked = (what: string) => void asked.push(what);
    const account = await learned({ way: 'guests', storage: keptSince(0.5), onAsked });
    expect(await account.token(RELAY)).toBe(GUEST_TOKEN);
    expect(asked).toEqual(['GET /api/v1/auth']);
  });

  test('too late is told that they are not known any more', async () => {
    const account = await learned({ way: 'guests', storage: keptSince(31) });
    expect(account.store.getState().isGuestForgotten).toBe(true);
  });
});
