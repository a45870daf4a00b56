import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getTableColumns, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Queries } from '../../src/keeping/storage/database.ts';
import { ledger } from '../../src/keeping/storage/schema.ts';
import { callOf, ledgerRecord } from '../support/records.ts';
import { BACKENDS, TestDatabases, type TestDatabase } from '../support/test-databases.ts';

/** Of a user who talks for an hour a day, in some eight months. */
const ROWS = 20_000;
/** The share of what the relay gives to three times as many; each statement has eight seconds. */
const DEADLINE_MS = 20_000;

let databases: TestDatabases;
beforeAll(async () => {
  databases = await TestDatabases.start();
}, 60_000);
afterAll(() => databases[Symbol.asyncDispose]());

describe.each(BACKENDS)('the %s database', (kind) => {
  let subject: TestDatabase;
  beforeAll(async () => {
    subject = await databases.open(kind);
  }, 60_000);
  afterAll(() => subject.service.close());

  it('lets a user go who has used much, in the time that there is for it', async () => {
    const { service, database } = subject;
    const one = callOf('guest_first');
    await service.write([ledgerRecord(one, 0)]);
    const others = Object.values(getTableColumns(ledger))
      .map(({ name }) => name)
      .filter((name) => !['id', 'user_id'].includes(name));
    const columns = sql.raw(others.join(', '));
    await database.transaction((queries) =>
      queries.execute(
        sql`insert into parley.ledger (id, user_id, ${columns})
          select 'use_' || n, 'guest_much', ${columns}
          from parley.ledger, generate_series(1, ${ROWS}::int) as n where id = 'use_sess_guest_first_0'`,
      ),
    );
    const startedMs = performance.now();
    const leaving = service.removeEverything('guest_much');
    // Others are answered meanwhile, and do not wait for all of it.
    await service.conversations('guest_other', { limit: 1 });
    const answeredMs = performance.now() - startedMs;
    await leaving;
    const leftMs = performance.now() - startedMs;
    expect(leftMs).toBeLessThan(DEADLINE_MS);
    expect(answeredMs).toBeLessThan(leftMs / 2);
    const { byUser } = await service.spentSince(0);
    expect(byUser.get('guest_much')).toBeUndefined();
    expect(byUser.get('guest_first')).toBe(1_234);
    expect([...byUser.values()].toSorted((a, b) => b - a)[0]).toBe(ROWS * 1_234);
  }, 90_000);

  it('takes no other change of the ledger, from the relay itself neither', async () => {
    const { service, database } = subject;
    const call = callOf('guest_kept');
    await service.write([ledgerRecord(call, 0)]);
    const attempt = (statement: string, before = '') =>
      database.transaction(async (queries: Queries) => {
        if (before !== '') await queries.execute(sql.raw(before));
        await queries.execute(sql.raw(statement));
      });
    const forgetting = `set local parley.is_forgetting = 'on'`;
    const statements = [
      'delete from parley.ledger',
      'truncate parley.ledger',
      `update parley.ledger set user_id = 'guest_other'`,
      ...Object.values(getTableColumns(ledger))
        .filter(({ name }) => name !== 'user_id')
        .map(({ name }) => `update parley.ledger set user_id = 'deleted_1', ${name} = ${name}`),
    ];
    for (const statement of statements) {
      for (const before of ['', forgetting]) {
        await expect(attempt(statement, before), statement).rejects.toThrow();
      }
    }
    await expect(
      attempt(`update parley.ledger set user_id = 'deleted_1' where user_id = 'guest_kept'`),
    ).rejects.toThrow();
  });

  it('lets go of recordings that no call knows, once nothing is added to them', async () => {
    const { service, recordingsDir: dir } = subject;
    const call = callOf('guest_recorded');
    const record = {
      type: 'recording',
      id: 'rec_1',
      call,
      atMs: 1,
      bytes: 1,
      durationMs: 1,
    } as const;
    await service.write([{ ...record, file: 'known.rec', key: null }]);
    await mkdir(dir);
    const names = ['known.rec', 'orphan.rec', 'running.rec', 'other.txt'];
    for (const name of names) {
      await writeFile(join(dir, name), '');
      if (name !== 'running.rec') await utimes(join(dir, name), 0, 0);
    }
    await service.tidy(Date.now());
    expect((await readdir(dir)).toSorted()).toEqual(['known.rec', 'other.txt', 'running.rec']);
  });

  it('keeps the tokens that were written into a cache of the vendor', async () => {
    const { service, database } = subject;
    const units = { inputTokens: 10, cachedInputTokens: 3, cacheWriteTokens: 4 };
    await service.write([ledgerRecord(callOf('guest_cache'), 0, { units })]);
    const result = await database.transaction((queries) =>
      queries.execute(
        sql`select cached_input_tokens::int as read, cache_write_tokens::int as written
          from parley.ledger where user_id = 'guest_cache'`,
      ),
    );
    expect((result as { rows: unknown[] }).rows).toEqual([{ read: 3, written: 4 }]);
  });
});
