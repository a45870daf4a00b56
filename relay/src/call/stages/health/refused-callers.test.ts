import { ParleyError } from '@parley/shared';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { ProviderError, type ProviderFault } from '../provider-error.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { ProviderHealth } from './provider-health.ts';

const { breaker: POLICY } = DEFAULT_POLICY;

function createTest() {
  const clock = new FakeClock();
  const health = new ProviderHealth({ stage: 'generator', name: 'fake', policy: POLICY, clock });
  const refuse = (caller: string) => health.acquire(undefined, caller)!.failed(refusal());
  return { clock, health, refuse };
}

const refusal = () =>
  new ProviderError({ provider: 'fake', stage: 'generator', fault: 'rejected', status: 400 });

it('spares a provider that refuses one caller, however often', () => {
  const { health, refuse } = createTest();
  for (let count = 0; count < 100; count++) refuse('a');
  refuse('b');
  expect(health).toMatchObject({ health: 'healthy', breaker: 'closed' });
  expect(health.status().failures).toBe(0);
});

const failureOf = (fault: ProviderFault, isRequestsOwn?: boolean) =>
  new ProviderError({ provider: 'fake', stage: 'generator', fault, isRequestsOwn });

it.each<[string, Error, boolean]>([
  ['an answer that is not as documented', failureOf('malformed'), true],
  ['a mistake of its adapter', new TypeError('deliberate'), true],
  [
    'a thread that ended',
    new ParleyError('generator_failed', { cause: new Error('deliberate') }),
    true,
  ],
  ['a connection closed for what was sent', failureOf('closed', true), true],
  ['a cut connection', failureOf('closed'), false],
  ['an unanswered request', failureOf('timeout'), false],
  ['no connection, whatever was sent', failureOf('unreachable', true), false],
  ['a wrong key, whatever was sent', failureOf('unauthorized', true), false],
  ['too many requests, whatever was sent', failureOf('rate-limited', true), false],
  ['a server that is down', failureOf('overloaded'), false],
])('%s counts from one caller, or not', (_, error, isSpared) => {
  const { health } = createTest();
  for (let count = 0; count < POLICY.failuresToOpen; count++) {
    health.acquire(undefined, 'a')!.failed(error);
  }
  expect(health.breaker).toBe(isSpared ? 'closed' : 'open');
  // What the relay asks for itself holds nothing of a caller's.
  for (let count = 0; count < POLICY.failuresToOpen; count++) health.acquire()?.failed(error);
  expect(health.breaker).toBe('open');
});

it('counts refusals from the third caller in a row on', () => {
  const { health, refuse } = createTest();
  for (const caller of ['a', 'b', 'c']) refuse(caller);
  expect(health.health).toBe('degraded');
  for (const caller of ['a', 'd']) refuse(caller);
  expect(health).toMatchObject({ health: 'failed', breaker: 'open' });
});

it('begins anew after a success, and after a long time', async () => {
  const { health, refuse, clock } = createTest();
  for (const caller of ['a', 'b']) refuse(caller);
  health.acquire(undefined, 'c')!.succeeded();
  for (const caller of ['c', 'd']) refuse(caller);
  await clock.advance(POLICY.recentMs + 1);
  for (const caller of ['e', 'f']) refuse(caller);
  expect(health.health).toBe('healthy');
});

it('leaves the trial of a failed provider to the next request', async () => {
  const { health, refuse, clock } = createTest();
  const down = new ProviderError({ provider: 'fake', stage: 'generator', fault: 'unreachable' });
  for (let count = 0; count < POLICY.failuresToOpen; count++) health.acquire()!.failed(down);
  await clock.advance(POLICY.coolDownMs);
  refuse('a');
  expect(health).toMatchObject({ breaker: 'half-open', isUsable: true });
});

it('is told by probes, which send nothing of a caller’s', () => {
  const { health } = createTest();
  for (let count = 0; count < POLICY.failuresToOpen; count++) health.probeFailed(refusal());
  expect(health.breaker).toBe('open');
});
