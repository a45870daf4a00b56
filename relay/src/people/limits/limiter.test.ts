import { expect, it } from 'vitest';
import type { Identity } from '../auth/identity.ts';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { LimitReached } from './limit-reached.ts';
import { ConnectionCounter, Limiter } from './limiter.ts';
import { toPolicy } from './policy.ts';
import { readPolicy } from './read-policy.ts';

const HOUR_MS = 3_600_000;

const guest = (userId: string): Identity => ({
  userId,
  kind: 'guest',
  role: 'user',
  plan: 'guest',
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});

function setUp() {
  const clock = new FakeClock();
  const policy = toPolicy(readPolicy(readConfig({ ADDRESS_LIMITS: 'on' })));
  return { clock, limiter: new Limiter({ clock, policy: () => policy }) };
}

/** How often `action` is let through out of `times`, and what refuses it then. */
function counted(times: number, action: () => unknown) {
  const limits: unknown[] = [];
  for (let time = 0; time < times; time++) {
    try {
      action();
    } catch (error) {
      limits.push(error instanceof LimitReached ? error.limit : error);
    }
  }
  return { through: times - limits.length, refusedBy: [...new Set(limits)] };
}

it('counts what comes from one network of IPv6 as one, and what comes from others apart', () => {
  const { limiter } = setUp();
  let host = 0;
  const fromOneNetwork = counted(1_000, () =>
    limiter.take('address-guest-sign-ins', `2001:db8:1:2::${(++host).toString(16)}`),
  );
  expect(fromOneNetwork).toEqual({ through: 60, refusedBy: ['address-guest-sign-ins'] });
  let network = 0;
  const fromMany = counted(1_000, () =>
    limiter.take('address-guest-sign-ins', `2001:db8:2:${(++network).toString(16)}::1`),
  );
  expect(fromMany.through).toBe(1_000);
  expect(counted(1_000, () => limiter.take('address-guest-sign-ins', '192.0.2.1')).through).toBe(
    60,
  );
  // The same address, as a socket for both families names it.
  expect(
    counted(10, () => limiter.take('address-guest-sign-ins', '::ffff:192.0.2.1')).through,
  ).toBe(0);
});

it('counts the sessions of a user from all addresses, and of an address under all names', async () => {
  const { clock, limiter } = setUp();
  const take = (identity: Identity, address: string) => {
    const taken = limiter.takeSession(identity, address, Infinity);
    if (!(taken instanceof Promise)) taken.count();
  };
  let address = 0;
  expect(counted(500, () => take(guest('guest_1'), `192.0.2.${++address % 250}`))).toEqual({
    through: 60,
    refusedBy: ['user-sessions-per-hour'],
  });
  let name = 1;
  expect(counted(500, () => take(guest(`guest_${++name}`), '198.51.100.1'))).toEqual({
    through: 300,
    refusedBy: ['address-sessions'],
  });
  await clock.advance(HOUR_MS);
  expect(counted(500, () => take(guest('guest_1'), '203.0.113.1')).through).toBe(60);
});

it('counts only what failed, if that is asked for', () => {
  const { limiter } = setUp();
  expect(counted(100, () => limiter.check('address-wrong-admin-tokens', '192.0.2.1')).through).toBe(
    100,
  );
  const wrong = counted(100, () => {
    void limiter.check('address-wrong-admin-tokens', '192.0.2.1');
    void limiter.count('address-wrong-admin-tokens', '192.0.2.1');
  });
  expect(wrong).toEqual({ through: 20, refusedBy: ['address-wrong-admin-tokens'] });
});

it('holds to a changed limit at once', () => {
  const clock = new FakeClock();
  let env: Readonly<Record<string, string>> = {};
  const policy = () => toPolicy(readPolicy(readConfig(env)));
  const limiter = new Limiter({ clock, policy });
  const turns = () =>
    counted(100, () => {
      if (!limiter.takeTurn(guest('guest_1'))) throw new LimitReached('user-tickets', 'forbidden');
    }).through;
  expect(turns()).toBe(60);
  env = { PLANS: '{"plans":{"guest":{"turns_per_minute":null}}}' };
  expect(turns()).toBe(100);
  env = { PLANS: '{"plans":{"guest":{"turns_per_minute":0}}}' };
  expect(turns()).toBe(0);
});

it('counts the connections that are open, each once', () => {
  const connections = new ConnectionCounter();
  const closes = [1, 2, 3].map(() => connections.open('192.0.2.1', 3));
  expect(connections.open('192.0.2.1', 3)).toBeUndefined();
  expect(connections.open('192.0.2.2', 3)).toBeDefined();
  closes[0]!();
  closes[0]!();
  expect(connections.open('192.0.2.1', 3)).toBeDefined();
  expect(connections.open('192.0.2.1', 3)).toBeUndefined();
});
