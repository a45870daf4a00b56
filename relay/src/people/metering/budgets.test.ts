import { describe, expect, it } from 'vitest';
import { BudgetDay } from './budget-day.ts';
import { Budgets, type Payer } from './budgets.ts';
import type { Caps } from './caps.ts';

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;
const ANNA: Payer = { userId: 'anna', kind: 'account', plan: 'default' };
const GUEST: Payer = { userId: 'guest_1', kind: 'guest', plan: 'guest' };

function capsOf(amounts: {
  readonly session?: number;
  readonly day?: number;
  readonly instance?: number;
  readonly guests?: number;
}): Caps {
  const { session = Infinity, day = Infinity, instance = Infinity, guests = Infinity } = amounts;
  const plan = { budgets: { sessionMicroUsd: session, dayMicroUsd: day } };
  return {
    planOf: () => plan,
    instance: { dayMicroUsd: instance, guestsDayMicroUsd: guests },
  };
}

function open(amounts: Parameters<typeof capsOf>[0], timeZone = 'UTC') {
  const time = { nowMs: NOON_MS };
  const caps = { now: capsOf(amounts) };
  const make = () =>
    new Budgets({
      caps: () => caps.now,
      day: new BudgetDay(timeZone),
      wallMs: () => time.nowMs,
    });
  return { budgets: make(), make, time, caps };
}

describe('a session', () => {
  it('has turns as long as anything of its cap is neither spent nor reserved', () => {
    const { budgets } = open({ session: 100 });
    budgets.open('s', ANNA, 0);
    expect(budgets.reserve('s', 't1', { generator: 60 })).toBe('reserved');
    budgets.used('s', 't1', 'generator', ANNA, 30);
    budgets.settle('s', 't1');
    expect(budgets.reserve('s', 't2', { generator: 60 })).toBe('reserved');
    expect(budgets.reserve('s', 't3', { generator: 60 })).toBe('reserved');
    expect(budgets.reserve('s', 't4', { generator: 60 })).toBe('short');
    expect(budgets.reserve('s', 't3', { generator: 60 })).toBe('reserved');
    // What is only reserved ends no session.
    expect(budgets.exhaustedIn('s')).toBeUndefined();
    budgets.settle('s', 't3');
    expect(budgets.reserve('s', 't4', { generator: 60 })).toBe('reserved');
    expect(budgets.session('s')).toEqual({ spentMicroUsd: 30, capMicroUsd: 100 });
  });

  it('keeps the price of its goodbye, which is there when nothing else is', () => {
    const { budgets } = open({ session: 100 });
    budgets.open('s', ANNA, 10);
    budgets.reserve('s', 't1', { generator: 90 });
    budgets.used('s', 't1', 'generator', ANNA, 89);
    expect(budgets.exhaustedIn('s')).toBeUndefined();
    budgets.used('s', 't1', 'generator', ANNA, 1);
    budgets.settle('s', 't1');
    expect(budgets.exhaustedIn('s')).toBe('session');
    expect(budgets.reserve('s', 't2', { generator: 1 })).toBe('spent');
    budgets.payGoodbye('s', 't2');
    expect(budgets.today().instanceMicroUsd).toBe(100);
    budgets.used('s', 't2', 'synthesizer', ANNA, 10);
    budgets.settle('s', 't2');
    expect(budgets.session('s').spentMicroUsd).toBe(100);
    budgets.close('s');
    expect(budgets.today().instanceMicroUsd).toBe(100);
  });

  it('reserves more for a turn that needs more, by its stages', () => {
    const { budgets } = open({});
    const reserved = () => budgets.today().instanceMicroUsd;
    budgets.open('s', ANNA, 0);
    budgets.hold('s', 't1', { transcriber: 2 });
    budgets.hold('s', 't1', { transcriber: 5 });
    budgets.hold('s', 't1', { transcriber: 3 });
    expect(reserved()).toBe(5);
    expect(budgets.reserve('s', 't1', { generator: 40, synthesizer: 10 })).toBe('reserved');
    expect(reserved()).toBe(55);
    budgets.settle('s', 't1', 'transcriber');
    expect(reserved()).toBe(50);
    // More than was reserved.
    budgets.used('s', 't1', 'generator', ANNA, 45);
    expect(reserved()).toBe(55);
    budgets.settle('s', 't1');
    expect(reserved()).toBe(45);
  });

  it('has what costs nothing also when all is spent', () => {
    const { budgets } = open({ session: 1 });
    budgets.open('s', ANNA, 0);
    budgets.used('s', null, 'generator', ANNA, 5);
    expect(budgets.reserve('s', 't1', { generator: 1 })).toBe('spent');
    expect(budgets.reserve('s', 't2', { generator: 0 })).toBe('reserved');
  });

  it('gives back what its turns had reserved when it is closed', () => {
    const { budgets } = open({ instance: 100 });
    budgets.open('s', ANNA, 10);
    budgets.open('other', GUEST, 10);
    budgets.reserve('s', 't1', { generator: 100 });
    expect(budgets.reserve('other', 't2', { generator: 1 })).toBe('short');
    budgets.close('s');
    expect(budgets.reserve('other', 't2', { generator: 1 })).toBe('reserved');
    budgets.close('other');
    expect(budgets.today()).toMatchObject({ instanceMicroUsd: 0, byUser: {} });
  });
});

it.each([
  [{ day: 50 }, ANNA, ANNA, 'user-day'],
  [{ guests: 50 }, GUEST, { ...GUEST, userId: 'guest_2' }, 'guests-day'],
  [{ guests: 50 }, GUEST, ANNA, undefined],
  [{ guests: 50 }, ANNA, GUEST, undefined],
  [{ instance: 50 }, ANNA, GUEST, 'instance-day'],
] as const)('with %j, what %j spends is what %j may not: %s', (caps, spender, other, scope) => {
  const { budgets } = open(caps);
  budgets.open('s', spender, 0);
  budgets.used('s', null, 'generator', spender, 50);
  expect(budgets.exhausted(other)).toBe(scope);
});

describe('what others have reserved', () => {
  const guests = (count: number, address?: string) =>
    Array.from({ length: count }, (_, index): Payer => ({
      ...GUEST,
      userId: `guest_${index}`,
      address,
    }));

  it('ends no session and lets every other begin', () => {
    const { budgets } = open({ guests: 100 });
    for (const [index, payer] of guests(4).entries()) budgets.open(`s${index}`, payer, 1);
    for (let index = 0; index < 4; index++) {
      budgets.reserve(`s${index}`, 't', { generator: 25 });
      budgets.hold(`s${index}`, 't', { transcriber: 10 });
    }
    budgets.open('late', GUEST, 1);
    expect(budgets.exhausted(GUEST)).toBeUndefined();
    expect(budgets.exhaustedIn('late')).toBeUndefined();
    expect(budgets.reserve('late', 't', { generator: 1 })).toBe('short');
  });

  it.each([
    ['one guest', () => Array.from({ length: 8 }, () => GUEST)],
    ['one address', () => guests(8, '192.0.2.1')],
  ])('for %s is a quarter of what is left at the most, or one turn', (_, payers) => {
    const { budgets } = open({ guests: 100 });
    for (const [index, payer] of payers().entries()) budgets.open(`s${index}`, payer, 0);
    const reserve = (index: number, generator: number) =>
      budgets.reserve(`s${index}`, 't', { generator });
    expect([0, 1, 2, 3].map((index) => reserve(index, 10))).toEqual([
      'reserved',
      'reserved',
      'short',
      'short',
    ]);
    const bystander = { ...GUEST, userId: 'bystander', address: '192.0.2.2' };
    budgets.open('b', bystander, 0);
    expect(budgets.reserve('b', 't', { generator: 70 })).toBe('reserved');
    for (let index = 0; index < 8; index++) budgets.close(`s${index}`);
    budgets.close('b');
    budgets.open('again', payers()[0]!, 0);
    expect(budgets.reserve('again', 't', { generator: 90 })).toBe('reserved');
  });
});

it('what the relay uses by itself counts to the relay alone', () => {
  const { budgets } = open({ instance: 50, guests: 50, day: 50 });
  budgets.usedByRelay(50);
  expect(budgets.exhausted(ANNA)).toBe('instance-day');
  expect(budgets.left(ANNA)).toMatchObject({ spentMicroUsd: 0, leftMicroUsd: 50 });
});

it('warns from four fifths of any cap on', () => {
  const { budgets } = open({ session: 100, day: 1_000 });
  budgets.open('s', ANNA, 0);
  budgets.used('s', null, 'generator', ANNA, 79);
  expect(budgets.warningsIn('s')).toEqual([]);
  budgets.used('s', null, 'generator', ANNA, 1);
  expect(budgets.warningsIn('s')).toEqual(['session']);
});

describe('a day', () => {
  it('ends at midnight of its zone, and takes what was spent with it', () => {
    const { budgets, time } = open({ day: 50 }, 'America/New_York');
    budgets.open('s', ANNA, 0);
    budgets.reserve('s', 't1', { generator: 10 });
    budgets.used('s', 't1', 'generator', ANNA, 60);
    const midnightMs = Date.UTC(2026, 10, 23, 5);
    expect(budgets.left(ANNA)).toEqual({
      spentMicroUsd: 60,
      leftMicroUsd: 0,
      dayEndsAtMs: midnightMs,
    });
    time.nowMs = midnightMs - 1;
    expect(budgets.exhausted(ANNA)).toBe('user-day');
    time.nowMs = midnightMs;
    expect(budgets.exhausted(ANNA)).toBeUndefined();
    expect(budgets.session('s').spentMicroUsd).toBe(60);
  });

  it('is as long as summer time makes it', () => {
    const day = new BudgetDay('Europe/Berlin');
    const noonMs = Date.UTC(2026, 9, 25, 12);
    expect(day.keyAt(noonMs)).toBe('2026-10-25');
    // The clocks go back: it ends at midnight of winter time.
    expect(day.endAfter(noonMs)).toBe(Date.UTC(2026, 9, 25, 23));
    expect(day.beginningOf(noonMs)).toBe(Date.UTC(2026, 9, 24, 22));
  });

  it('turns by the clock of each relay, at the same instant for all, whenever they look', () => {
    const [often, seldom] = [new BudgetDay('Europe/Berlin'), new BudgetDay('Europe/Berlin')];
    const midnightMs = often.endAfter(Date.UTC(2026, 10, 26, 12));
    for (const ms of [midnightMs - 1, midnightMs, midnightMs + 1]) often.keyAt(ms);
    expect(seldom.keyAt(midnightMs - 1)).toBe('2026-11-26');
    expect(seldom.keyAt(midnightMs + HOUR_MS)).toBe(often.keyAt(midnightMs));
    expect(seldom.endAfter(midnightMs)).toBe(often.endAfter(midnightMs + HOUR_MS));
  });

  it('does not begin again if the system’s clock is set back', () => {
    const { budgets, time } = open({ day: 50 });
    budgets.open('s', ANNA, 0);
    budgets.used('s', null, 'generator', ANNA, 50);
    time.nowMs -= 24 * HOUR_MS;
    expect(budgets.exhausted(ANNA)).toBe('user-day');
  });

  it('ends at midnight after the system’s clock was far ahead for a while', () => {
    const { budgets, time } = open({ day: 50 });
    time.nowMs += 30 * 24 * HOUR_MS;
    budgets.used('s', null, 'generator', ANNA, 50);
    time.nowMs -= 30 * 24 * HOUR_MS;
    expect(budgets.exhausted(ANNA)).toBe('user-day');
    time.nowMs += 12 * HOUR_MS;
    expect(budgets.exhausted(ANNA)).toBeUndefined();
  });

  it('is remembered over a restart, with what was reserved, but not on the next day', () => {
    const { budgets, make, time } = open({ guests: 100 });
    budgets.open('s', GUEST, 0);
    budgets.used('s', null, 'generator', GUEST, 40);
    budgets.reserve('s', 't1', { generator: 60 });
    const known = budgets.today();
    const again = make();
    again.restore(known);
    expect(again.exhausted(GUEST)).toBe('guests-day');
    again.restore({ ...known, guestsMicroUsd: 1 });
    expect(again.exhausted(GUEST)).toBe('guests-day');
    time.nowMs += 24 * HOUR_MS;
    const tomorrow = make();
    tomorrow.restore(known);
    expect(tomorrow.exhausted(GUEST)).toBeUndefined();
  });
});

it('a cap that is lowered holds at once', () => {
  const { budgets, caps } = open({ day: 100 });
  budgets.open('s', ANNA, 0);
  budgets.used('s', null, 'generator', ANNA, 50);
  caps.now = capsOf({ day: 50 });
  expect(budgets.reserve('s', 't1', { generator: 1 })).toBe('spent');
});

it('users who only ask leave nothing behind', () => {
  const { budgets } = open({ day: 100 });
  for (let guest = 0; guest < 1_000; guest++) {
    const payer = { ...GUEST, userId: `guest_${guest}` };
    budgets.exhausted(payer);
    budgets.left(payer);
    budgets.open(`s${guest}`, payer, 0);
    budgets.close(`s${guest}`);
  }
  expect(budgets.today().byUser).toEqual({});
});
