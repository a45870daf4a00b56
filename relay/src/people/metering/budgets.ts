import type { Identity } from '../auth/identity.ts';
import type { BudgetDay } from './budget-day.ts';

/** From this share of a cap on a warning is due. */
const WARNING_SHARE = 0.8;

export type Payer = Pick<Identity, 'userId' | 'kind' | 'plan'>;

/** What may be spent, micro-dollars; `Infinity` is without a limit. They may change at any time. */
export interface Caps {
  planOf(name: string): {
    readonly budgets: { readonly sessionMicroUsd: number; readonly dayMicroUsd: number };
  };
  readonly instance: {
    readonly dayMicroUsd: number;
    /** Of all guests together. */
    readonly guestsDayMicroUsd: number;
  };
}

export type BudgetScope = 'session' | 'user-day' | 'guests-day' | 'instance-day';

/** What was spent on one day, micro-dollars. */
export interface DaySpending {
  /** ISO 8601. */
  readonly day: string;
  readonly instanceMicroUsd: number;
  readonly guestsMicroUsd: number;
  readonly byUser: Readonly<Record<string, number>>;
}

export interface BudgetsOptions {
  readonly caps: () => Caps;
  readonly day: BudgetDay;
  /** ms since 1970. */
  readonly wallMs: () => number;
  /** Called with every change; returns at once. */
  readonly onChange?: () => void;
}

const DAY_MS = 86_400_000;

/** The reservation for the goodbye, beside those of turns. */
const GOODBYE = 'goodbye';

interface CappedAccount {
  readonly scope: BudgetScope;
  readonly account: SpendingAccount;
  readonly cap: number;
}

interface OpenSession {
  readonly payer: Payer;
  readonly account: SpendingAccount;
  /** What is left of each turn's reservation. */
  readonly reservations: Map<string, number>;
}

/**
 * What was spent and what may be: of each session, each user, all guests and the relay, the last
 * three by the day. Reservations live in memory only; what a turn uses is taken from its own first.
 *
 * A turn may be reserved as long as anything is left that is neither spent nor reserved, so that a
 * cap is overspent by one reservation at the most, however many sessions ask at once; more only if
 * a turn uses more than was reserved for it, because a turn that runs is not cut off.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #users = new Map<string, SpendingAccount>();
  readonly #guests = new SpendingAccount();
  readonly #instance = new SpendingAccount();
  #day = '';

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#day = options.day.keyAt(options.wallMs());
  }

  /** @returns which budget lets this payer begin no session; undefined: none */
  exhausted(payer: Payer): BudgetScope | undefined {
    this.#turnDay();
    return this.#dayAccounts(payer).find(({ account, cap }) => !account.isOpen(cap))?.scope;
  }

  /** A session begins. @param goodbyeMicroUsd - is kept for its last words until it is closed */
  open(sessionId: string, payer: Payer, goodbyeMicroUsd: number): void {
    const account = new SpendingAccount();
    this.#sessions.set(sessionId, { payer, account, reservations: new Map() });
    this.#hold(sessionId, GOODBYE, goodbyeMicroUsd);
  }

  /**
   * Before anything paid is asked for a turn. For a turn that is reserved already it is true.
   *
   * @returns false if a budget is used up. What costs nothing is never refused
   */
  reserve(sessionId: string, turnId: string, microUsd: number): boolean {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return false;
    if (session.reservations.has(turnId)) return true;
    if (microUsd > 0 && this.exhaustedIn(sessionId) !== undefined) return false;
    this.#hold(sessionId, turnId, microUsd);
    return true;
  }

  /** @returns which budget lets this session have no more turns that cost something */
  exhaustedIn(sessionId: string): BudgetScope | undefined {
    return this.#accountsOf(sessionId).find(({ account, cap }) => !account.isOpen(cap))?.scope;
  }

  /** @returns the budgets of this session of which little is left */
  warningsIn(sessionId: string): readonly BudgetScope[] {
    const nearly = this.#accountsOf(sessionId).filter(({ account, cap }) => account.isNearly(cap));
    return nearly.map(({ scope }) => scope);
  }

  /** Something was used. @param turnId - whose reservation pays for it; null: none */
  used(sessionId: string, turnId: string | null, payer: Payer, microUsd: number): void {
    if (microUsd === 0) return;
    this.#turnDay();
    this.#kept(payer.userId);
    const session = this.#sessions.get(sessionId);
    const left = (turnId !== null && session?.reservations.get(turnId)) || 0;
    const fromReservation = Math.min(left, microUsd);
    if (fromReservation > 0) session!.reservations.set(turnId!, left - fromReservation);
    const accounts = this.#dayAccounts(payer).map(({ account }) => account);
    for (const account of session === undefined ? accounts : [session.account, ...accounts]) {
      account.spent += microUsd;
      account.reserved -= fromReservation;
    }
    this.#options.onChange?.();
  }

  /** The relay has used something for itself. */
  usedByRelay(microUsd: number): void {
    if (microUsd === 0) return;
    this.#turnDay();
    this.#instance.spent += microUsd;
    this.#options.onChange?.();
  }

  /** The goodbye is said in this turn, and paid with what was kept for it. */
  payGoodbye(sessionId: string, turnId: string): void {
    const reservations = this.#sessions.get(sessionId)?.reservations;
    const kept = reservations?.get(GOODBYE);
    if (kept === undefined) return;
    reservations!.delete(GOODBYE);
    reservations!.set(turnId, kept + (reservations!.get(turnId) ?? 0));
  }

  /** A turn is over: what is left of its reservation is free again. */
  settle(sessionId: string, turnId: string): void {
    const left = this.#sessions.get(sessionId)?.reservations.get(turnId);
    if (left === undefined) return;
    for (const { account } of this.#accountsOf(sessionId)) account.reserved -= left;
    this.#sessions.get(sessionId)!.reservations.delete(turnId);
    if (left > 0) this.#options.onChange?.();
  }

  /** The session is over, with all its turns. */
  close(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    for (const turnId of session.reservations.keys()) this.settle(sessionId, turnId);
    this.#sessions.delete(sessionId);
    this.#forgetIfUnused(session.payer.userId);
  }

  /** Of a session that is open: micro-dollars. */
  session(sessionId: string): { readonly spentMicroUsd: number; readonly capMicroUsd: number } {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { spentMicroUsd: 0, capMicroUsd: 0 };
    const { sessionMicroUsd } = this.#options.caps().planOf(session.payer.plan).budgets;
    return { spentMicroUsd: session.account.spent, capMicroUsd: sessionMicroUsd };
  }

  /** What a user has spent today, and what they may still spend: `Infinity` without a limit. */
  left(payer: Payer) {
    this.#turnDay();
    const { caps, day, wallMs } = this.#options;
    const spentMicroUsd = this.#users.get(payer.userId)?.spent ?? 0;
    const { dayMicroUsd } = caps().planOf(payer.plan).budgets;
    return {
      spentMicroUsd,
      leftMicroUsd: Math.max(0, dayMicroUsd - spentMicroUsd),
      dayEndsAtMs: day.endAfter(wallMs()),
    };
  }

  /** Today's spending, with what is reserved: what of it was used, only a relay that lives knows. */
  today(): DaySpending {
    this.#turnDay();
    const total = ({ spent, reserved }: SpendingAccount) => spent + reserved;
    const users = [...this.#users].filter(([, account]) => !account.isUnused);
    return {
      day: this.#day,
      instanceMicroUsd: total(this.#instance),
      guestsMicroUsd: total(this.#guests),
      byUser: Object.fromEntries(users.map(([userId, account]) => [userId, total(account)])),
    };
  }

  /** The day that is counted now. */
  get day(): { readonly day: string; readonly beganAtMs: number } {
    this.#turnDay();
    const { day, wallMs } = this.#options;
    return { day: this.#day, beganAtMs: day.beginningOf(wallMs()) };
  }

  /** What is known of the same day from elsewhere; the larger amount counts. */
  restore(known: DaySpending): void {
    this.#turnDay();
    if (known.day !== this.#day) return;
    const raise = (account: SpendingAccount, spent: number) => {
      account.spent = Math.max(account.spent, spent);
    };
    raise(this.#instance, known.instanceMicroUsd);
    raise(this.#guests, known.guestsMicroUsd);
    for (const [userId, spent] of Object.entries(known.byUser)) raise(this.#kept(userId), spent);
  }

  #hold(sessionId: string, name: string, microUsd: number): void {
    const { payer, reservations } = this.#sessions.get(sessionId)!;
    this.#kept(payer.userId);
    reservations.set(name, microUsd);
    for (const { account } of this.#accountsOf(sessionId)) account.reserved += microUsd;
    if (microUsd > 0) this.#options.onChange?.();
  }

  #accountsOf(sessionId: string): readonly CappedAccount[] {
    this.#turnDay();
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return [];
    const { payer, account } = session;
    const { sessionMicroUsd } = this.#options.caps().planOf(payer.plan).budgets;
    return [{ scope: 'session', account, cap: sessionMicroUsd }, ...this.#dayAccounts(payer)];
  }

  #dayAccounts({ userId, kind, plan }: Payer): readonly CappedAccount[] {
    const caps = this.#options.caps();
    const { dayMicroUsd } = caps.planOf(plan).budgets;
    const { guestsDayMicroUsd } = caps.instance;
    const user = this.#users.get(userId) ?? new SpendingAccount();
    return [
      { scope: 'user-day', account: user, cap: dayMicroUsd },
      ...(kind === 'guest'
        ? [{ scope: 'guests-day', account: this.#guests, cap: guestsDayMicroUsd } as const]
        : []),
      { scope: 'instance-day', account: this.#instance, cap: caps.instance.dayMicroUsd },
    ];
  }

  /** The account of a user who spends: users who only ask leave nothing behind. */
  #kept(userId: string): SpendingAccount {
    const known = this.#users.get(userId) ?? new SpendingAccount();
    this.#users.set(userId, known);
    return known;
  }

  #forgetIfUnused(userId: string): void {
    if (this.#users.get(userId)?.isUnused === true) this.#users.delete(userId);
  }

  /** At the end of a day nothing is spent any more; what is reserved is spent on the next one. */
  #turnDay(): void {
    const day = this.#options.day.keyAt(this.#options.wallMs());
    if (day === this.#day) return;
    if (day < this.#day) {
      // The system's clock was set back: what was spent stays spent. If it had been far ahead, the
      // day that it made would not end for as long.
      if (Date.parse(this.#day) - Date.parse(day) > DAY_MS) this.#day = day;
      return;
    }
    this.#day = day;
    this.#instance.spent = this.#guests.spent = 0;
    for (const [userId, account] of this.#users) {
      account.spent = 0;
      this.#forgetIfUnused(userId);
    }
    this.#options.onChange?.();
  }
}

/** What one cap is about: what was spent, and what is reserved for turns that run. Micro-dollars. */
class SpendingAccount {
  spent = 0;
  reserved = 0;

  /** Whether one more turn may be paid from it. */
  isOpen(cap: number): boolean {
    return this.spent + this.reserved < cap;
  }

  isNearly(cap: number): boolean {
    return this.spent >= cap * WARNING_SHARE && cap !== Number.POSITIVE_INFINITY;
  }

  get isUnused(): boolean {
    return this.spent + this.reserved === 0;
  }
}
