import { expect, it, vi } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { overviewSchema } from '@parley/shared/monitoring-api';
import { systemClock } from '../../src/base/lib/clock.ts';
import { ScriptedGenerator, words } from '../support/scripted-generator.ts';
import { counting } from '../support/scripted-synthesizer.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';
import { ADMIN_TOKEN, askOperator } from './operator.ts';

/** More than people notice. */
const SLOW_MS = 1_600;

async function verdictOf(url: string) {
  const { body } = await askOperator(url, API_PATHS.adminOverview, overviewSchema);
  return body.health;
}

it('names memory that is nearly used up, from the first look on', async () => {
  await using relay = await startTestRelay({ env: { ADMIN_TOKEN, MEMORY_LIMIT_MB: '64' } });
  const { status, cause } = await verdictOf(relay.url);
  expect(status).toBe('degraded');
  expect(cause).toMatchObject({
    code: 'memory_low',
    message: expect.stringMatching(
      /^Memory is nearly used up: \d+ of 64 MB\. Most of it: .* MB\.$/,
    ),
  });
});

it('names slow answers, once there are three of them, and the part that takes the time', async () => {
  const reply = () => [{ waitMs: SLOW_MS }, words('Forty two.')];
  const generator = new ScriptedGenerator({ clock: systemClock, reply });
  await using relay = await startTestRelay({ env: { ADMIN_TOKEN }, providers: { generator } });
  const ask = async () => {
    await using call = await TestCall.start(relay.url);
    call.speak(1, counting(7, 4_800));
    await call.inbound.next('response.done');
    await call.hangUp();
  };
  await Promise.all([ask(), ask()]);
  expect(await verdictOf(relay.url)).toMatchObject({ status: 'healthy', causes: [] });
  await ask();
  await vi.waitUntil(async () => (await verdictOf(relay.url)).status !== 'healthy');
  expect((await verdictOf(relay.url)).cause).toMatchObject({
    code: 'answers_slow',
    message: expect.stringMatching(
      /^Answers are slow: .* 1\.\d s until the first words of the model\.$/,
    ),
  });
});
