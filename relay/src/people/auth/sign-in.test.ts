import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import type { Identity } from './identity.ts';
import { SignOutFile } from './sign-in.ts';
import { SignOuts } from './sign-outs.ts';

const NOW_S = 1_795_000_000;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-sign-outs-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function start(laterS = 0) {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const signOuts = new SignOuts(() => (NOW_S + laterS) * 1_000);
  const file = await SignOutFile.open({ dataDir, signOuts, clock, logger: silentLogger, problems });
  return { clock, problems, signOuts, file };
}

const person = (kind: Identity['kind'], userId: string): Identity => ({
  ...{ userId, kind, role: 'user', plan: kind },
  expiresAtMs: (NOW_S + 3_600) * 1_000,
});

it('a token stays refused after the process was killed and started again', async () => {
  const guest = person('guest', 'guest_1');
  const account = person('account', 'user_1');
  const { signOuts, clock } = await start();
  signOuts.add(guest);
  signOuts.add(account);
  await clock.advance(500);
  const path = join(dataDir, 'sign-outs.json');
  await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toContain('user_1');
  const again = await start();
  for (const one of [guest, account]) {
    expect(again.signOuts.refuses(one, NOW_S - 10)).toBe(true);
    expect(again.signOuts.refuses(one, NOW_S + 1)).toBe(false);
  }
  expect(again.signOuts.refuses(person('account', 'guest_1'), NOW_S - 10)).toBe(false);
});

it('what was added last is written when the relay stops, and only as long as a token lasts', async () => {
  const { signOuts, file } = await start();
  signOuts.add(person('guest', 'guest_1'));
  signOuts.add(person('account', 'user_1'));
  await file[Symbol.asyncDispose]();
  const { signOuts: later } = await start(3_601);
  // An issuer may have given the account other tokens, which last longer.
  expect(later.kept()).toMatchObject({ guest: [], account: [{ userId: 'user_1' }] });
  const { signOuts: last } = await start(86_401);
  expect(last.kept()).toEqual({ guest: [], account: [] });
});

it('a file that is not right is passed over', async () => {
  for (const text of ['', '{', '[]', '{"guest":[{"userId":1}],"account":[]}']) {
    await writeFile(join(dataDir, 'sign-outs.json'), text);
    const { signOuts } = await start();
    expect(signOuts.refuses(person('guest', 'guest_1'), NOW_S)).toBe(false);
  }
});

it('a folder that cannot be written is a problem as long as it lasts', async () => {
  const folder = dataDir;
  dataDir = join(folder, 'file');
  await writeFile(dataDir, '');
  const { signOuts, clock, problems } = await start();
  dataDir = folder;
  signOuts.add(person('guest', 'guest_1'));
  await clock.advance(500);
  await expect.poll(() => problems.list().map(({ code }) => code)).toEqual(['data_not_written']);
  await rm(join(folder, 'file'));
  await clock.advance(5_000);
  await expect.poll(() => problems.list()).toEqual([]);
});
