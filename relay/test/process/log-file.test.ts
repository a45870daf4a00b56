import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RelayProcess } from '../support/relay-process.ts';

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'parley-log-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

it('LOG_FILE has the lines of standard error, to the last', async () => {
  const path = join(dir, 'logs', 'parley.log');
  await using relay = await RelayProcess.start({ env: { LOG_FILE: path } });
  const call = await relay.call();
  await call.hangUp();
  await relay.logs.until('session ended');
  expect((await relay.end()).code).toBe(0);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines).toEqual(relay.logs.lines);
  expect(lines.at(-1)).toContain('stopping');
});

it('the first lines show the budgets that hold, set or not, and that no language model answers', async () => {
  await using relay = await RelayProcess.start({ env: { BUDGET_SESSION_USD: '2' } });
  const line = await relay.logs.until('[START] listening');
  expect(JSON.parse(line)).toMatchObject({
    budgetDayUsd: 100,
    budgetGuestsDayUsd: 20,
    budgetGuestUsd: { session: 2 },
    budgetAccountUsd: { session: 2 },
  });
  await relay.logs.until('no language model is set up');
});

it.skipIf(process.platform !== 'linux')(
  'a LOG_FILE on a full disk is a warning, and calls go on',
  async () => {
    await using relay = await RelayProcess.start({ env: { LOG_FILE: '/dev/full' } });
    expect(await relay.logs.until('LOG_FILE cannot be written')).toContain('"reason":"ENOSPC"');
    const call = await relay.call();
    call.type('What is two plus two?');
    expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
    const { problems } = await relay.health();
    expect(problems.map(({ code }) => code)).toEqual(['log_file_not_written']);
    await call.hangUp();
    expect((await relay.end()).code).toBe(0);
  },
);
