import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKey, type Issuer } from '../../../test/support/issuer.ts';
import { TestAccounts } from '../../../test/support/test-accounts.ts';

const nowS = () => Math.floor(Date.now() / 1_000);

let accounts: TestAccounts;
let issuer: Issuer;
let start: TestAccounts['start'];

beforeEach(async () => {
  accounts = await TestAccounts.open();
  issuer = accounts.issuer;
  start = accounts.start.bind(accounts);
});
afterEach(() => accounts[Symbol.asyncDispose]());

describe('the keys of the issuer', () => {
  it('may be replaced: a new one is fetched when it is first seen', async () => {
    const { outcome } = await start();
    const old = await issuer.token();
    issuer.keys = [await newKey('ES256', 'key-2')];
    await accounts.later(10_000);
    expect(await outcome(await issuer.token())).toBe('user-1');
    expect(await outcome(old)).toBe('unauthorized');
  });

  it('may be replaced under the same name', async () => {
    const { outcome } = await start();
    issuer.keys = [await newKey('ES256', 'key-1')];
    await accounts.later(10_000);
    expect(await outcome(await issuer.token())).toBe('user-1');
  });

  it('are fetched once in ten seconds at the most, whatever tokens say', async () => {
    const { outcome } = await start();
    await accounts.later(10_000);
    const before = issuer.requests.length;
    const strange = await newKey('ES256', 'strange');
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => issuer.token({}, { key: strange })),
    );
    expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['unauthorized']));
    // The discovery document, and the keys.
    expect(issuer.requests.length - before).toBe(2);
  });

  it.each([
    ['is away', () => issuer[Symbol.dispose]()],
    ['fails', () => (issuer.answer = { status: 500, body: '' })],
    ['shows a sign-in page', () => (issuer.answer = { status: 200, body: '<html>' })],
    ['answers without an end', () => (issuer.answer = { status: 200, body: ' '.repeat(300_000) })],
    ['names no keys', () => (issuer.answer = { status: 200, body: '{"keys":[]}' })],
    ['answers with another document', () => (issuer.answer = { status: 200, body: '{"keys":1}' })],
    ['calls itself by another name', () => (issuer.calledItself = 'https://evil.example')],
  ])('go on being used while it %s, also after a restart', async (_, fail) => {
    const { outcome } = await start();
    fail();
    await accounts.later(3_600_000);
    expect(await outcome(await issuer.token({ exp: nowS() + 90_000 }))).toBe('user-1');
    await expect
      .poll(() => accounts.problems.list().map(({ code }) => code))
      .toEqual(['issuer_unreachable']);
    const restarted = await start();
    expect(await restarted.outcome(await issuer.token())).toBe('user-1');
    // Not for ever: a stolen key may have been withdrawn meanwhile.
    await accounts.later(24 * 3_600_000);
    expect(await restarted.outcome(await issuer.token())).toBe('unauthorized');
  });

  it('are asked for again after the issuer was away from the start', async () => {
    issuer.answer = { status: 503, body: '' };
    const { outcome } = await start();
    expect(await outcome(await issuer.token())).toBe('unauthorized');
    issuer.answer = undefined;
    await accounts.later(10_000);
    expect(await outcome(await issuer.token())).toBe('user-1');
    expect(accounts.problems.list()).toEqual([]);
  });

  it('that were kept for another issuer, or are broken, are not used', async () => {
    const kept = join(accounts.dataDir, 'issuer-keys.json');
    issuer.answer = { status: 503, body: '' };
    const jwks = { keys: issuer.keys.map(({ jwk }) => jwk) };
    const other = { from: 'https://else.example', fetchedAtMs: Date.now(), jwks };
    for (const text of [JSON.stringify(other), '{', '{}', 'null', '']) {
      await writeFile(kept, text);
      const { outcome } = await start();
      expect(await outcome(await issuer.token())).toBe('unauthorized');
    }
  });

  it('need no discovery document if their address is given', async () => {
    issuer.calledItself = 'https://else.example';
    const { outcome } = await start({ jwksUrl: `${issuer.url}/keys` });
    expect(await outcome(await issuer.token())).toBe('user-1');
  });
});
