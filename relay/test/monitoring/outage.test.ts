import { expect, test, vi } from 'vitest';
import { API_PATHS } from '@parley/shared';
import {
  healthDetailedSchema,
  monitoredServicesSchema,
  monitoringHealthSchema,
  overviewSchema,
  serviceResetSchema,
} from '@parley/shared/monitoring-api';
import { FaultyRelay, SHORT_POLICY } from '../faults/faulty-relay.ts';
import { MovableClock } from '../support/movable-clock.ts';
import { ADMIN_TOKEN, askOperator, samplesOf } from './operator.ts';

const HEALTH = `${API_PATHS.monitoring}/health`;

const WATCHFUL = {
  ...SHORT_POLICY,
  health: { intervalMs: 3_000, deadlineMs: 2_000, jitter: 0 },
  breaker: { ...SHORT_POLICY.breaker, coolDownMs: 86_400_000 },
};

test('a provider that stops is failed after three checks; it recovers without anybody talking', async () => {
  const clock = new MovableClock();
  await using faulty = await FaultyRelay.start({ policy: WATCHFUL, clock, env: { ADMIN_TOKEN } });
  const { url } = faulty.relay;
  const health = () => askOperator(url, HEALTH, monitoringHealthSchema);
  const until = (check: (answer: Awaited<ReturnType<typeof health>>) => boolean) =>
    clock.skip(vi.waitUntil(async () => check(await health()), { timeout: 20_000 }));
  expect(await health()).toMatchObject({ status: 200, body: { status: 'healthy', cause: null } });

  const generator = faulty.vendor('generator');
  const [service] = faulty.providers.services().filter(({ stage }) => stage === 'generator');
  const id = `generator:${service!.name}`;
  generator.fail({ kind: 'refuse' }, 'first-use');
  await until(({ status }) => status === 503);
  const down = (await health()).body;
  expect(down.status).toBe('critical_down');
  const headers = { via: 'a balancer' };
  const short = await fetch(url + HEALTH, { headers });
  expect(short.status).toBe(503);
  expect(await short.json()).toEqual({ status: 'critical_down', critical_down: ['generator'] });
  expect(down.cause).toMatchObject({ code: 'stage_down' });
  expect(down.cause!.message).toContain(`Nothing answers now. Failed: ${service!.name}`);
  const { services } = (await askOperator(url, `${HEALTH}/services`, monitoredServicesSchema)).body;
  const failed = services.find(({ service_id }) => service_id === id)!;
  expect(failed).toMatchObject({ state: 'failed', url: null });
  expect(failed.failure_count).toBeGreaterThanOrEqual(3);
  expect(failed.last_check).not.toBeNull();
  expect(failed.last_error).not.toBeNull();
  const metrics = await (await fetch(url + API_PATHS.prometheus)).text();
  expect(samplesOf(metrics, 'voice_service_health').get(`service="${id}"`)).toBe(0);
  const detailed = await askOperator(url, API_PATHS.healthDetailed, healthDetailedSchema);
  expect(detailed.status).toBe(503);
  expect(detailed.body.components.audio_pipeline.status).toBe('failed');
  const overview = await askOperator(url, API_PATHS.adminOverview, overviewSchema);
  expect(overview.body.health.cause).toEqual(down.cause);

  const reset = await askOperator(url, `${HEALTH}/reset/${id}`, serviceResetSchema, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  expect(reset).toEqual({
    status: 200,
    body: { service_id: id, status: 'reset', health: { state: 'healthy', failure_count: 0 } },
  });
  await until(({ status }) => status === 503);

  generator.recover();
  await until(({ body }) => body.status === 'healthy');
});

test('a stage with another provider left is degraded, and says who stands in', async () => {
  const clock = new MovableClock();
  await using faulty = await FaultyRelay.start({ policy: WATCHFUL, clock, hasSecond: true });
  const { url } = faulty.relay;
  faulty.vendor('synthesizer').fail({ kind: 'refuse' }, 'first-use');
  const isOneFailed = async () => {
    const { body } = await askOperator(url, HEALTH, monitoringHealthSchema);
    return body.services.failed === 1;
  };
  await clock.skip(vi.waitUntil(isOneFailed, { timeout: 20_000 }));
  const { status, body } = await askOperator(url, HEALTH, monitoringHealthSchema);
  expect(status).toBe(200);
  expect(body.status).toBe('degraded');
  expect(body.cause).toMatchObject({ code: 'service_failed' });
  expect(body.cause!.message).toContain(`${body.providers.synthesizer} speaks in its place.`);
});
