import { expect, test, vi } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { overviewSchema } from '@parley/shared/monitoring-api';
import { openKeptStorage } from '../support/kept-relay.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';
import { counting } from '../support/scripted-synthesizer.ts';
import { ADMIN_TOKEN, askOperator } from './operator.ts';

test('the history goes on over a restart', async () => {
  await using kept = await openKeptStorage();
  const { storage, dataDir } = kept;
  const env = { ADMIN_TOKEN, DATA_DIR: dataDir };
  const turnsShown = async (url: string) => {
    const { body } = await askOperator(url, API_PATHS.adminOverview, overviewSchema);
    return body.history.points.reduce((sum, { turns }) => sum + turns, 0);
  };
  {
    await using relay = await startTestRelay({ env, storage });
    storage.begin();
    await using call = await TestCall.start(relay.url);
    for (const turn of [1, 2, 3]) {
      call.speak(turn, counting(7, 4_800));
      await call.inbound.next('response.done');
    }
    await vi.waitUntil(async () => (await turnsShown(relay.url)) === 3, { timeout: 10_000 });
    await call.hangUp();
    await vi.waitUntil(() => storage.state === 'ok', { timeout: 60_000 });
    const today = Date.now();
    await vi.waitUntil(
      async () => (await storage.admin.turnsBetween(today - 3_600_000, today + 1)).length === 3,
      { timeout: 20_000, interval: 200 },
    );
  }
  await using again = await startTestRelay({ env, storage });
  await vi.waitUntil(async () => (await turnsShown(again.url)) > 0, { timeout: 10_000 });
  expect(await turnsShown(again.url)).toBe(3);
}, 120_000);
