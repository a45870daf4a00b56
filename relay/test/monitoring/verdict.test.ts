import { expect, it, vi } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { overviewSchema } from '@parley/shared/monitoring-api';
import { ENOUGH_TURNS } from '@parley/shared/statistics';
import { systemClock } from '../../src/base/lib/clock.ts';
import { ScriptedGenerator, words } from '../support/scripted-generator.ts';
import { counting } from '../support/scripted-synthesizer.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';
import { ADMIN_TOKEN, askOperator } from './operator.ts';

/** More than people notice. */
const SLOW_MS = 1_600;

async function overviewOf(url: string) {
  const { body } = await askOperator(url, API_PATHS.adminOverview, overviewSchema);
  return body;
}

it('names memory that is nearly used up, from the first look on', async () => {
  await using relay = await startTestRelay({ env: { ADMIN_TOKEN, MEMORY_LIMIT_MB: '64' } });
  const { status, cause } = (await overviewOf(relay.url)).health;
  expect(status).toBe('degraded');
  expect(cause).toMatchObject({
    code: 'memory_low',
    message: expect.stringMatching(
      /^Memory is nearly used up: \d+ of 64 MB\. Most of it: .* MB\.$/,
    ),
  });
});

it('names slow answers, once there are twenty of them, by the figures of its own table', async () => {
  const reply = () => [{ waitMs: SLOW_MS }, words('Forty two.')];
  const generator = new ScriptedGenerator({ clock: systemClock, reply });
  await using relay = await startTestRelay({ env: { ADMIN_TOKEN }, providers: { generator } });
  const ask = async () => {
    await using call = await TestCall.start(relay.url);
    call.speak(1, counting(7, 4_800));
    await call.inbound.next('response.done');
    await call.hangUp();
  };
  await Promise.all(Array.from({ length: ENOUGH_TURNS - 1 }, ask));
  expect((await overviewOf(relay.url)).health).toMatchObject({ status: 'healthy', causes: [] });
  await ask();
  await vi.waitUntil(async () => (await overviewOf(relay.url)).health.status !== 'healthy');
  const { health, latencies, metrics } = await overviewOf(relay.url);
  const shown = (name: 'e2e' | 'llm') => `${(latencies[name].p50! / 1_000).toFixed(1)} s`;
  expect(health.cause).toEqual({
    code: 'answers_slow',
    message: `Answers are slow: half take ${shown('e2e')} or more. The longest wait is for the model’s first word: ${shown('llm')}.`,
    part: 'llm',
  });
  expect(metrics.latency_targets).toMatchObject({ e2e: { met: false }, asr: { met: true } });
});
