import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { conversationsQuerySchema, usageQuerySchema } from '@parley/shared';
import { readConfig } from '../../src/base/config/config.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { JournalFiles } from '../../src/keeping/storage/journal-files.ts';
import { openStorage, type RunningStorage } from '../../src/keeping/storage/open-storage.ts';
import { callOf, turnRecord } from '../support/records.ts';

const OPEN_MS = 30_000;
const user = { userId: 'guest_unlucky', role: 'user' } as const;
const call = callOf(user.userId);
let dataDir: string;
let storage: RunningStorage;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-unlucky-'));
  await makeDatabaseTemplate();
  // A process that was killed while its database was away left this on the disk.
  const left = new JournalFiles(join(dataDir, 'journal'), 1_000_000);
  left.append(JSON.stringify(turnRecord(call, 1)));
  left.close();
  storage = openStorage({
    config: readConfig({}).storage,
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    problems: new Problems(systemClock),
  });
  storage.begin();
  await vi.waitUntil(() => storage.state === 'ok', { timeout: OPEN_MS, interval: 50 });
}, 60_000);
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

it('a call that a killed process left in the journal runs no more', async () => {
  const read = async () => (await storage.asUser(user).conversations({ limit: 1 })).conversations;
  await expect.poll(read, { timeout: 10_000 }).toMatchObject([{ turns: 1, is_live: false }]);
});

it.each([
  { before: '999999999999999.conv_x' },
  { before: '1.\0' },
  { before: 'conv_x' },
  { from: '0000-01-01' },
  { to: '9999-12-31' },
  { query: '\0' },
  { query: '%' },
  { query: '\\' },
])('a list that is asked for with %j is refused before the database, or empty', async (query) => {
  const { data } = conversationsQuerySchema.safeParse(query);
  const list = data && (await storage.asUser(user).conversations(data));
  expect(list?.conversations ?? []).toEqual([]);
});

it('no days are asked for that no database knows', () => {
  const of = (from: string) => usageQuerySchema.safeParse({ from }).success;
  expect(['0000-01-01', '9999-12-31', '2026-11-22'].map(of)).toEqual([false, false, true]);
});

it('a request that the database refuses leaves the storage to others', async () => {
  const bad = { limit: 1, from: '0000-01-01' };
  await expect(storage.asUser(user).conversations(bad)).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  expect(storage.state).toBe('ok');
});

it('a crowd of requests holds up no other user and no record for longer than it lasts', async () => {
  const store = storage.asUser(user);
  const crowd = Array.from({ length: 200 }, () => store.conversations({ limit: 1 }));
  storage.append(turnRecord(call, 2));
  const outcomes = await Promise.allSettled(crowd);
  expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
  expect(storage.state).toBe('ok');
  const turns = async () => (await store.conversation(call.conversationId))?.turns.length;
  await expect.poll(turns, { timeout: 10_000 }).toBe(2);
});
