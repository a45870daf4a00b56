import { expect, it } from 'vitest';
import { defaultPolicy, withChanges } from '../../src/people/limits/policy.ts';
import { limitsFor } from './bench-load.ts';

it('the plan for the load takes no limit away, and makes none narrower', () => {
  const usual = defaultPolicy({ limitsAddresses: true });
  const { plans, instance, addresses } = withChanges(
    usual,
    limitsFor({ connections: 50, users: 100, minutes: 1 }),
  );
  const limits = Object.entries({ ...plans['default'], ...instance, ...addresses });
  expect(limits.filter(([, limit]) => limit === null)).toEqual([]);
  expect(instance.sessions).toBe(150);
  for (const [name, limit] of Object.entries({ ...plans['default'], ...addresses })) {
    const before = { ...usual.plans['default'], ...usual.addresses }[name as 'connections'];
    expect([name, Number(limit) >= Number(before)]).toEqual([name, true]);
  }
});
