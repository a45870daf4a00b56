import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { toPolicy } from '../limits/policy.ts';
import { readPolicy } from '../limits/read-policy.ts';
import type { Identity } from '../auth/identity.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
import { PriceList } from '../metering/price-list.ts';
import { ceilingsOf } from '../metering/read-prices.ts';
import { openMoney, type MoneyOptions } from './money.ts';

const GUEST: Identity = {
  userId: 'guest_1',
  kind: 'guest',
  role: 'user',
  plan: 'guest',
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};
const NOON_MS = Date.UTC(2026, 10, 22, 12);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-money-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function open(more: Partial<MoneyOptions> = {}) {
  const config = readConfig({ BUDGET_GUEST_DAY_USD: '1' });
  const policy = toPolicy(readPolicy(config));
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const entries: LedgerEntry[] = [];
  const money = await openMoney({
    config: config.money,
    dataDir,
    prices: new PriceList({ ceilings: ceilingsOf(config.money) }),
    inUse: [
      { stage: 'transcriber', provider: 'deepgram-nova', model: 'nova-3' },
      { stage: 'generator', provider: 'unlisted', model: 'm' },
    ],
    caps: () => policy,
    spentSince: () => Promise.reject(new Error('starting')),
    ledger: { append: (entry) => void entries.push(entry) },
    wallMs: () => NOON_MS,
    logger: silentLogger,
    ...{ clock, problems },
    ...more,
  });
  const spend = (audioMs: number) => {
    money.spending.observe({
      type: 'provider-used',
      stage: 'transcriber',
      provider: 'unlisted',
      model: 'm',
      purpose: 'turn',
      units: { audioMs },
      isEstimated: false,
      turnId: 't1',
      atMs: NOON_MS,
      sessionId: 's1',
      userId: GUEST.userId,
    });
  };
  return { money, clock, problems, entries, spend };
}

const HERE = '127.0.0.1';

const codeOf = (action: () => void) => {
  try {
    action();
    return 'admitted';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

it('what is used is an entry, and counts over a restart, also one without a goodbye', async () => {
  const { money, clock, spend, entries } = await open();
  expect(money.spending.open('s1', GUEST, HERE).reserve('t1', 0, true)).toBe('reserved');
  // Twenty minutes at the ceiling of five cents.
  spend(1_200_000);
  expect(entries).toMatchObject([{ microUsd: 1_000_000, isPriced: false, plan: 'guest' }]);
  await clock.advance(1_000);
  await expect
    .poll(() => readFile(join(dataDir, 'spending.json'), 'utf8').catch(() => ''))
    .toContain('1078000');
  const again = await open();
  expect(codeOf(() => again.money.spending.admit(GUEST))).toBe('budget_exhausted');
  await again.money[Symbol.asyncDispose]();
  await money[Symbol.asyncDispose]();
});

it('the ledger tells what the file does not know, as soon as it can be read', async () => {
  let answers = 0;
  const spentSince = async (fromMs: number) => {
    expect(fromMs).toBe(Date.UTC(2026, 10, 22));
    if (++answers === 1) throw new Error('starting');
    return { microUsd: 1_000_000, byUser: new Map([['guest_2', 1_000_000]]) };
  };
  const { money, clock } = await open({ spentSince });
  expect(codeOf(() => money.spending.admit(GUEST))).toBe('admitted');
  await clock.advance(10_000);
  expect(codeOf(() => money.spending.admit(GUEST))).toBe('budget_exhausted');
  await money[Symbol.asyncDispose]();
});

it('a file that is not right is passed over, and said until the ledger was read', async () => {
  await writeFile(join(dataDir, 'spending.json'), '{"day":"2026-11-22","instance');
  let isAway = true;
  const spentSince = async () => {
    if (isAway) throw new Error('starting');
    return { microUsd: 0, byUser: new Map<string, number>() };
  };
  const { money, clock, problems } = await open({ spentSince });
  expect(codeOf(() => money.spending.admit(GUEST))).toBe('admitted');
  expect(problems.list()).toMatchObject([{ code: 'spending_not_read' }]);
  isAway = false;
  await clock.advance(10_000);
  expect(problems.list()).toEqual([]);
  await money[Symbol.asyncDispose]();
});

it('a folder that cannot be written is a problem as long as it lasts', async () => {
  const { money, clock, problems, spend } = await open({ dataDir: join(dataDir, 'file', 'below') });
  await writeFile(join(dataDir, 'file'), '');
  spend(60_000);
  await clock.advance(1_000);
  await expect.poll(() => problems.list().map(({ code }) => code)).toEqual(['data_not_written']);
  await rm(join(dataDir, 'file'));
  await clock.advance(5_000);
  await expect.poll(() => problems.list()).toEqual([]);
  await money[Symbol.asyncDispose]();
});

it('phrases that are spoken ahead of need are paid by the relay itself', async () => {
  const { money, entries } = await open();
  money.spending.usedByRelay({
    stage: 'synthesizer',
    provider: 'cartesia',
    model: 'sonic-3.5',
    purpose: 'probe',
    units: { characters: 20 },
    isEstimated: false,
  });
  expect(entries).toMatchObject([
    { userId: 'relay', sessionId: null, turnId: null, purpose: 'probe', microUsd: 1_000 },
  ]);
  expect(money.budgets.today()).toMatchObject({ instanceMicroUsd: 1_000, guestsMicroUsd: 0 });
  await money[Symbol.asyncDispose]();
});

it('a summary before a call is reserved for, and paid by the plan of its person', async () => {
  const { money, entries } = await open();
  const member: Identity = { ...GUEST, userId: 'user_1', kind: 'account', plan: 'pro' };
  const summarised = (userId: string) =>
    money.spending.observe({
      type: 'provider-used',
      stage: 'generator',
      provider: 'unlisted',
      model: 'm',
      purpose: 'summary',
      units: { inputTokens: 10, outputTokens: 1 },
      isEstimated: false,
      atMs: NOON_MS,
      sessionId: 's9',
      userId,
    });
  {
    using budget = money.spending.prepare('s9', member, HERE);
    expect(budget.reserve('summary', 1_000, false)).toBe('reserved');
    const reserved = money.budgets.today().instanceMicroUsd;
    expect(reserved).toBeGreaterThan(0);
    summarised('user_1');
    // The spending came out of the reservation.
    expect(money.budgets.today().instanceMicroUsd).toBe(reserved);
  }
  expect(entries).toMatchObject([{ plan: 'pro', userId: 'user_1', sessionId: 's9' }]);
  expect(money.budgets.today().instanceMicroUsd).toBe(entries[0]!.microUsd);
  expect(money.spending.open('s9', member, HERE).isExhausted()).toBe(false);
  await money[Symbol.asyncDispose]();
});

it('a guest whose budget is used up has no summary', async () => {
  const { money, spend } = await open();
  money.spending.open('s1', GUEST, HERE);
  spend(1_200_000);
  using budget = money.spending.prepare('s9', GUEST, HERE);
  expect(budget.reserve('summary', 1_000, false)).toBe('spent');
  await money[Symbol.asyncDispose]();
});
