import { describe, expect, it } from 'vitest';
import { readConfig } from '../../base/config/config.ts';
import { toPolicy } from './policy.ts';
import { readPolicy } from './read-policy.ts';

const policyOf = (env: Readonly<Record<string, string>>) => toPolicy(readPolicy(readConfig(env)));
const plans = (document: unknown) => ({ PLANS: JSON.stringify(document) });

it('has a row for guests and one for all plans that it does not know', () => {
  const policy = policyOf({});
  expect(policy.planOf('guest')).toEqual({
    name: 'guest',
    concurrentSessions: 3,
    sessionsPerHour: 60,
    sessionMs: 1_800_000,
    idleMs: 600_000,
    controlMessagesPerMinute: 100,
    turnsPerMinute: 60,
    openTickets: 4,
    allowsTools: true,
    allowsPaidProviders: true,
    budgets: { sessionMicroUsd: 5_000_000, dayMicroUsd: 5_000_000 },
  });
  expect(policy.planOf('gold').name).toBe('default');
  expect(policy.planOf('__proto__').name).toBe('default');
  expect(policy.instance.sessions).toBe(500);
});

it('takes the settings in the place of the defaults, and PLANS in the place of both', () => {
  const policy = policyOf({
    MAX_SESSIONS: '7',
    SESSION_DURATION_S: '60',
    IDLE_S: '30',
    ...plans({
      plans: { gold: { session_usd: null, concurrent_sessions: null }, default: { idle_s: 20 } },
      instance: { day_usd: 0.0000015 },
    }),
  });
  expect(policy.planOf('guest')).toMatchObject({ sessionMs: 60_000, idleMs: 30_000 });
  expect(policy.planOf('gold')).toMatchObject({
    concurrentSessions: Infinity,
    sessionMs: 60_000,
    idleMs: 20_000,
    budgets: { sessionMicroUsd: Infinity, dayMicroUsd: 20_000_000 },
  });
  expect(policy.instance).toMatchObject({ sessions: 7, dayMicroUsd: 2 });
});

it.each([
  [{}, Infinity],
  [{ HOST: 'localhost' }, Infinity],
  [{ HOST: '0.0.0.0' }, 60],
  [{ HOST: '192.168.1.5' }, 60],
  [{ ADDRESS_LIMITS: 'on' }, 60],
  [{ TRUSTED_PROXIES: '127.0.0.1' }, 60],
  [{ HOST: '::', ADDRESS_LIMITS: 'off' }, Infinity],
])('%j allows one address %s sign-ins of guests in an hour', (env, signIns) => {
  expect(policyOf(env).addresses.guestSignInsPerHour).toBe(signIns);
});

it('leaves a fifth of all sessions to accounts, if there are any', () => {
  const accounts = { AUTH_ISSUER: 'https://login.example', AUTH_AUDIENCE: 'parley' };
  expect(policyOf({}).instance.sessionsForAccounts).toBe(0);
  expect(policyOf(accounts).instance.sessionsForAccounts).toBe(100);
  expect(policyOf({ ...accounts, MAX_SESSIONS: '1' }).instance.sessionsForAccounts).toBe(0);
});

describe('PLANS that cannot be used are named in words', () => {
  it.each([
    ['/nowhere/plans.json', 'PLANS: found "/nowhere/plans.json", but it cannot be read.'],
    ['{"plans":', 'PLANS: found "{\\"plans\\":", but it is not valid JSON'],
    ['{"plans":{"guest":{"concurent_sessions":1}}}', 'PLANS: plans.guest: Unrecognized key'],
    ['{"plans":{"guest":{"session_usd":-1}}}', 'PLANS: plans.guest.session_usd: Too small'],
    ['{"plans":{"a b":{}}}', 'PLANS: plans.a b:'],
    ['{"instance":{"sessions":null}}', 'PLANS: instance.sessions: Invalid input'],
    ['{"plan":{}}', 'PLANS: the whole: Unrecognized key'],
  ])('%s', (text, sentence) => {
    expect(() => policyOf({ PLANS: text })).toThrow(sentence);
  });
});
