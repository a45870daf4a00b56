import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/base/config/config.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { openStorage } from '../../src/keeping/storage/open-storage.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { queryPostgres } from '../support/postgres-server.ts';
import { newDatabase } from '../support/postgres.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';

const CALLS = 20;
const NEVER = AbortSignal.any([]);

it('calls go on while the database is away, and each turn is stored once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-outage-'));
  const direct = await newDatabase();
  const { port } = new URL(direct);
  await using proxy = await FaultyProxy.to(Number(port));
  const problems = new Problems(systemClock);
  const url = direct.replace(port, String(proxy.port));
  const { storage: config } = readConfig({ DATABASE_URL: url });
  const logger = pino({ level: 'silent' });
  const storage = openStorage({ config, dataDir, clock: systemClock, logger, problems });
  storage.begin();
  const count = async () => {
    const rows = await queryPostgres(
      direct,
      'select count(*)::int as n, count(distinct user_text)::int as texts from parley.turns',
    );
    return rows[0] as { n: number; texts: number };
  };
  const until = async (check: () => Promise<boolean>) => {
    const endMs = performance.now() + 25_000;
    while (!(await check())) {
      if (performance.now() > endMs) throw new Error(JSON.stringify(problems.list()));
      await sleep(systemClock, 50, NEVER);
    }
  };
  try {
    await until(async () => storage.state === 'ok');
    await using relay = await startTestRelay({ storage });
    const calls = await Promise.all(Array.from({ length: CALLS }, () => TestCall.start(relay.url)));
    let said = 0;
    const round = async () => {
      await Promise.all(
        calls.map(async (call, index) => {
          call.type(`Call ${index}, turn ${said + index}`);
          await call.inbound.next('response.done');
        }),
      );
      said += CALLS;
    };
    await round();
    await until(async () => (await count()).n === said);
    proxy.cut();
    await round();
    await until(async () => storage.state === 'unavailable');
    await round();
    await expect(
      storage.asUser({ userId: 'x', role: 'user' }).usage({ from: '2026-01-01', to: '2026-01-01' }),
    ).rejects.toMatchObject({ code: 'storage_unavailable' });
    proxy.mend();
    await round();
    await until(async () => (await count()).n === said);
    expect(await count()).toEqual({ n: said, texts: said });
    expect(problems.list()).toEqual([]);
    for (const call of calls) await call.hangUp();
  } finally {
    await storage[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
