import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BudgetDay } from './budget-day.ts';
import { Budgets, type Payer } from './budgets.ts';

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;
const RESERVATION = 10;
const CAPS = { session: 60, day: 90, guests: 120, instance: 200 };
const USERS: readonly Payer[] = [
  { userId: 'anna', kind: 'account', plan: 'default' },
  { userId: 'ben', kind: 'account', plan: 'default' },
  { userId: 'guest_1', kind: 'guest', plan: 'guest' },
  { userId: 'guest_2', kind: 'guest', plan: 'guest' },
];

/** What may happen; the numbers choose among those there are. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), which: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('reserve' as const), which: fc.nat(9) }) },
  // A turn is used bit by bit: attempts that failed, hedges, retries.
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('use' as const),
      which: fc.nat(30),
      amount: fc.nat(6),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle' as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('next-day' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface OpenSession {
  readonly id: string;
  readonly payer: Payer;
  spent: number;
}

interface Turn {
  readonly id: string;
  readonly of: OpenSession;
  left: number;
}

/** A relay's day as it should be counted, beside one that is counted by `Budgets`. */
class World {
  budgets: Budgets;
  sessions: OpenSession[] = [];
  hasCrashed = false;
  #nowMs = NOON_MS;
  #turns: Turn[] = [];
  #today: { readonly payer: Payer; readonly amount: number }[] = [];
  #names = 0;

  constructor() {
    this.budgets = this.#make();
  }

  spent(isTheirs: (payer: Payer) => boolean = () => true): number {
    const theirs = this.#today.filter(({ payer }) => isTheirs(payer));
    return theirs.reduce((sum, { amount }) => sum + amount, 0);
  }

  do(happens: Step): void {
    const { budgets } = this;
    switch (happens.kind) {
      case 'open': {
        const payer = USERS[happens.which]!;
        if (budgets.exhausted(payer) !== undefined) return;
        const session = { id: this.#name(), payer, spent: 0 };
        this.sessions.push(session);
        return budgets.open(session.id, payer, 1);
      }
      case 'reserve': {
        const of = chosen(this.sessions, happens.which);
        const id = this.#name();
        if (
          of === undefined ||
          budgets.reserve(of.id, id, { generator: RESERVATION }) !== 'reserved'
        )
          return;
        this.#turns.push({ id, of, left: RESERVATION });
        return;
      }
      case 'use': {
        const turn = chosen(this.#turns, happens.which);
        if (turn === undefined) return;
        const amount = Math.min(turn.left, happens.amount);
        turn.left -= amount;
        turn.of.spent += amount;
        this.#today.push({ payer: turn.of.payer, amount });
        return budgets.used(turn.of.id, turn.id, 'generator', turn.of.payer, amount);
      }
      case 'settle': {
        const turn = chosen(this.#turns, happens.which);
        if (turn === undefined) return;
        this.#turns = this.#turns.filter((other) => other !== turn);
        return budgets.settle(turn.of.id, turn.id);
      }
      case 'close': {
        const session = chosen(this.sessions, happens.which);
        if (session === undefined) return;
        this.sessions = this.sessions.filter((other) => other !== session);
        this.#turns = this.#turns.filter(({ of }) => of !== session);
        return budgets.close(session.id);
      }
      case 'crash': {
        const known = structuredClone(budgets.today());
        this.budgets = this.#make();
        this.budgets.restore(known);
        this.sessions = [];
        this.#turns = [];
        this.hasCrashed = true;
        return;
      }
      case 'next-day':
        this.#nowMs += DAY_MS;
        this.#today = [];
    }
  }

  #make(): Budgets {
    const plan = { budgets: { sessionMicroUsd: CAPS.session, dayMicroUsd: CAPS.day } };
    const instance = { dayMicroUsd: CAPS.instance, guestsDayMicroUsd: CAPS.guests };
    return new Budgets({
      caps: () => ({ planOf: () => plan, instance }),
      day: new BudgetDay('UTC'),
      wallMs: () => this.#nowMs,
    });
  }

  #name(): string {
    return String(++this.#names);
  }
}

function chosen<T>(among: readonly T[], which: number): T | undefined {
  return among[which % Math.max(1, among.length)];
}

it('whatever happens in whichever order: no cap is overspent by more than one reservation', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
      const world = new World();
      for (const happens of steps) {
        world.do(happens);
        for (const { id, spent } of world.sessions) {
          expect(world.budgets.session(id).spentMicroUsd).toBe(spent);
          expect(spent).toBeLessThanOrEqual(CAPS.session + RESERVATION);
        }
        for (const user of USERS) {
          const spent = world.spent(({ userId }) => userId === user.userId);
          expect(spent).toBeLessThanOrEqual(CAPS.day + RESERVATION);
          expect(world.budgets.left(user).spentMicroUsd).toBeGreaterThanOrEqual(spent);
        }
        const guests = world.spent(({ kind }) => kind === 'guest');
        expect(guests).toBeLessThanOrEqual(CAPS.guests + RESERVATION);
        expect(world.spent()).toBeLessThanOrEqual(CAPS.instance + RESERVATION);
      }
      for (const { id } of world.sessions) world.budgets.close(id);
      const { instanceMicroUsd } = world.budgets.today();
      // What was reserved when it crashed counts as spent.
      const phantom = world.hasCrashed ? instanceMicroUsd - world.spent() : 0;
      expect(phantom).toBeGreaterThanOrEqual(0);
      expect(instanceMicroUsd).toBe(world.spent() + phantom);
    }),
    { numRuns: 300 },
  );
});
