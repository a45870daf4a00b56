import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  API_PATHS,
  conversationDetailSchema,
  conversationsResponseSchema,
  type StoredTurn,
} from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { createSession, signIn } from '../support/api.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { TestCall } from '../support/test-call.ts';

/** Each has a limit of turns. */
const CALLS = 6;
const ENOUGH = 60;
const READY_MS = 25_000;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-kept-'));
  await makeDatabaseTemplate();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function start(env: Readonly<Record<string, string>> = {}): Promise<RelayProcess> {
  return RelayProcess.start({ env: { DATA_DIR: dataDir, STORAGE: 'on', ...env } });
}

/** Everything that was kept of a guest; asked for until the database is there. */
async function keptTurns(url: string, token: string): Promise<readonly StoredTurn[]> {
  const endMs = performance.now() + READY_MS;
  const get = async (path: string): Promise<unknown> => {
    for (;;) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(new URL(path, url), { headers });
      if (response.status !== 503 || performance.now() > endMs) return response.json();
      await response.body?.cancel();
      await sleep(systemClock, 50, AbortSignal.any([]));
    }
  };
  const listed = conversationsResponseSchema.parse(
    await get(`${API_PATHS.conversations}?limit=99`),
  );
  const turns: StoredTurn[] = [];
  for (const { id } of listed.conversations) {
    const detail = conversationDetailSchema.parse(await get(`${API_PATHS.conversations}/${id}`));
    turns.push(...detail.turns);
  }
  return turns;
}

it('a relay has its data folder alone, and if it is killed, nothing is lost that a client was told of', async () => {
  const acknowledged = new Set<string | null>();
  const tokens: string[] = [];
  {
    await using relay = await start();
    await expect(start()).rejects.toThrow(
      /It ended with 2:[^]*another Parley uses the folder .*\(process \d+\)/,
    );
    const calls: TestCall[] = [];
    for (let index = 0; index < CALLS; index++) {
      const token = await signIn(relay.url);
      tokens.push(token);
      calls.push(await TestCall.start(relay.url, {}, await createSession(relay.url, token)));
    }
    const enough = Promise.withResolvers<void>();
    const talk = async (call: TestCall, index: number) => {
      for (let turn = 0; ; turn++) {
        const text = `What is ${index} plus ${turn}?`;
        call.type(text);
        await call.inbound.next('response.done');
        acknowledged.add(text);
        if (acknowledged.size >= ENOUGH) enough.resolve();
      }
    };
    // They end when the relay is gone.
    const talking = calls.map((call, index) => talk(call, index).catch(() => {}));
    await enough.promise;
    await relay.end('SIGKILL');
    await Promise.all(talking);
  }
  // Its lock is still there, and counts no more.
  expect(await readdir(dataDir)).toContain('lock');
  await using next = await start();
  const texts: (string | null)[] = [];
  const endMs = performance.now() + READY_MS;
  // The database gets what waits in the journal while it is read already.
  do {
    texts.length = 0;
    for (const token of tokens) {
      for (const { user_text: text } of await keptTurns(next.url, token)) texts.push(text);
    }
  } while (![...acknowledged].every((text) => texts.includes(text)) && performance.now() < endMs);
  expect(acknowledged.size).toBeGreaterThanOrEqual(ENOUGH);
  expect(texts).toEqual(expect.arrayContaining([...acknowledged]));
  expect(new Set(texts).size).toBe(texts.length);
  expect(await next.end()).toMatchObject({ code: 0 });
  expect(await readdir(dataDir)).not.toContain('lock');
}, 60_000);
