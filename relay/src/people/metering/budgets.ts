import type { Stage } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';
import type { BudgetDay } from './budget-day.ts';
import {
  capOfDay,
  GUESTS,
  INSTANCE,
  OWN,
  type BudgetScope,
  type CappedAccount,
  type Caps,
} from './caps.ts';
import { lackingIn, raiseTo, type Costs, type Reservations } from './reservations.ts';
import { SharedAccounts, type Drawn, type SharedAccount, type Sharing } from './shared-accounts.ts';
import { HOLD_SHARE, SpendingAccount } from './spending-account.ts';

export interface Payer extends Pick<Identity, 'userId' | 'kind' | 'plan'> {
  /** Where they call from, as a key to count by; undefined: from where all may. */
  readonly address?: string | undefined;
}

/**
 * - `short`: what is left is reserved, for others or for as much of one's own as may be at a time;
 *   it may be free again in some seconds
 * - `spent`: a budget is used up
 */
export type ReservationOutcome = 'reserved' | 'short' | 'spent';

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
/** Before the ids of users, in the names of their accounts. */
const USER = 'user:';

interface OpenSession {
  readonly payer: Payer;
  readonly account: SpendingAccount;
  /** The price of its last words: what else it has spent may not touch it. */
  goodbye: number;
  readonly turns: Reservations;
}

/**
 * What was spent and what may be: of each session, each user, all guests and the relay, the last
 * three by the day. Reservations live in memory only; what a turn uses is taken from its own first.
 *
 * A turn may be reserved as long as anything is left that is neither spent nor reserved. A cap is
 * overspent by one reservation and by what the turns that run use beyond theirs, because a turn that
 * runs is not cut off. What is only reserved ends no session and refuses none.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #users = new Map<string, SpendingAccount>();
  readonly #guests = new SpendingAccount(GUESTS);
  readonly #instance = new SpendingAccount(INSTANCE);
  #day = '';
  /** undefined: no other relay spends from the day's budgets. */
  #shared: SharedAccounts | undefined;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#day = options.day.keyAt(options.wallMs());
  }

  /** @returns which budget lets this payer begin no session; undefined: none */
  exhausted(payer: Payer): BudgetScope | undefined {
    this.#turnDay();
    return this.#dayAccounts(payer).find(({ account, cap }) => account.spent >= cap)?.scope;
  }

  /** Whether what is left is needed for the goodbyes of calls that run: another would be one more. */
  isShortFor(payer: Payer): boolean {
    this.#turnDay();
    return this.#dayAccounts(payer).some(({ account, cap }) => account.isUsedUp(cap));
  }

  /**
   * A session begins.
   *
   * @param goodbye - is kept for its last words until it is closed
   * @param spent - by the same session, in another relay
   */
  open(sessionId: string, payer: Payer, goodbye: number, spent = 0): void {
    const user = this.#kept(payer.userId);
    if (user.allotment !== undefined) user.allotment.plan = payer.plan;
    const session = { payer, account: new SpendingAccount(''), goodbye: 0, turns: new Map() };
    session.account.spent = spent;
    this.#sessions.set(sessionId, session);
    this.#keepGoodbye(session, goodbye);
    this.#shared?.countSession(this.#dayAccounts(payer), 1);
  }

  /**
   * Before anything paid is asked for a turn: from now on at least as much is reserved for it.
   *
   * @param wanted - what costs nothing is never refused
   */
  reserve(sessionId: string, turnId: string, wanted: Costs): ReservationOutcome {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return 'spent';
    const more = lackingIn(session.turns, turnId, wanted);
    if (more > 0) {
      if (this.exhaustedIn(sessionId, turnId) !== undefined) return 'spent';
      if (this.#isShort(sessionId, turnId, more)) {
        // Others may have given some back by now; the turn asks again in a moment.
        this.#shared?.lookAhead(this.#dayAccounts(session.payer), true);
        return 'short';
      }
    }
    this.hold(sessionId, turnId, wanted);
    return 'reserved';
  }

  /** Reserves as much for a turn that runs, whatever is left. */
  hold(sessionId: string, turnId: string, wanted: Costs): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    const more = lackingIn(session.turns, turnId, wanted);
    raiseTo(session.turns, turnId, wanted);
    this.#reserved(session, more);
  }

  /**
   * @param turnId - of one that runs already: what only its own person has spent does not end it
   * @returns which budget lets this session have no such turn if it costs something
   */
  exhaustedIn(sessionId: string, turnId = ''): BudgetScope | undefined {
    const accounts = this.#accountsOf(sessionId, turnId);
    return accounts.find(({ account, cap }) => account.isUsedUp(cap))?.scope;
  }

  /** @returns the budgets of this session of which little is left */
  warningsIn(sessionId: string): readonly BudgetScope[] {
    const nearly = this.#accountsOf(sessionId).filter(({ account, cap }) => account.isNearly(cap));
    return nearly.map(({ scope }) => scope);
  }

  /** Something was used. @param turnId - whose reservation pays for it; null: none */
  used(
    sessionId: string,
    turnId: string | null,
    stage: Stage,
    payer: Payer,
    microUsd: number,
  ): void {
    if (microUsd === 0) return;
    this.#turnDay();
    this.#kept(payer.userId);
    const session = this.#sessions.get(sessionId);
    const turn = session?.turns.get(turnId ?? '');
    const left = turn?.get(stage) ?? 0;
    for (const account of this.#chargedBy({ payer, ...session })) this.#spend(account, microUsd);
    if (left > 0) {
      const paid = Math.min(left, microUsd);
      turn!.set(stage, left - paid);
      this.#reserved(session!, -paid);
    }
    this.#options.onChange?.();
  }

  /** The relay has used something for itself. */
  usedByRelay(microUsd: number): void {
    if (microUsd === 0) return;
    this.#turnDay();
    this.#spend(this.#instance, microUsd);
    this.#options.onChange?.();
  }

  /** The goodbye is said in this turn, and paid with what was kept for it. */
  payGoodbye(sessionId: string, turnId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.hold(sessionId, turnId, { synthesizer: session.goodbye });
    this.#keepGoodbye(session, 0);
  }

  /** A turn, or one stage of it, is over: what is left of its reservation is free again. */
  settle(sessionId: string, turnId: string, stage?: Stage): void {
    const session = this.#sessions.get(sessionId);
    const turn = session?.turns.get(turnId);
    if (session === undefined || turn === undefined) return;
    const over = stage === undefined ? [...turn.keys()] : [stage];
    const left = over.reduce((sum, each) => sum + (turn.get(each) ?? 0), 0);
    for (const each of over) turn.delete(each);
    if (stage === undefined) session.turns.delete(turnId);
    this.#reserved(session, -left);
  }

  /** The session is over, with all its turns. */
  close(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#keepGoodbye(session, 0);
    for (const turnId of [...session.turns.keys()]) this.settle(sessionId, turnId);
    this.#sessions.delete(sessionId);
    this.#shared?.countSession(this.#dayAccounts(session.payer), -1);
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
    const users = [...this.#users].filter(([, account]) => total(account) > 0);
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

  /** From now on other relays spend from the day's budgets, too: each spends what it has drawn. */
  share(sharing: Sharing): void {
    const capOf = (account: SpendingAccount) => capOfDay(this.#options.caps(), account);
    this.#shared = new SharedAccounts({ ...sharing, capOf });
    for (const account of this.#allAccounts()) account.share();
  }

  /** Learns what other relays have spent of this payer's budgets; undefined: there are none. */
  refresh(payer: Payer): Promise<void> | undefined {
    if (this.#shared === undefined) return undefined;
    this.#kept(payer.userId).allotment!.plan = payer.plan;
    return this.#shared.refresh(this.#dayAccounts(payer));
  }

  /**
   * The accounts of which the other relays should hear; the caller says what came of it.
   *
   * @param isAll - those that have not changed, too
   */
  takeChanged(isAll: boolean): readonly SharedAccount[] {
    this.#turnDay();
    return this.#shared?.take(isAll ? this.#allAccounts() : undefined) ?? [];
  }

  /**
   * @param asked - what was taken
   * @param answers - none, if nothing could be asked
   * @param day - on which it was taken
   */
  drawn(asked: readonly SharedAccount[], answers: readonly Drawn[], day: string): void {
    this.#turnDay();
    const settled = this.#shared?.drawn(asked, day === this.#day ? answers : []) ?? [];
    for (const { name } of settled) this.#forgetIfUnused(name.replace(USER, ''));
  }

  #allAccounts(): readonly SpendingAccount[] {
    return [this.#instance, this.#guests, ...this.#users.values()];
  }

  #spend(account: SpendingAccount, microUsd: number): void {
    account.spent += microUsd;
    if (account.allotment !== undefined) this.#shared?.spent(account, microUsd);
  }

  /** Whether as much more may not be reserved for the moment. */
  #isShort(sessionId: string, turnId: string, more: number): boolean {
    const { userId, address } = this.#sessions.get(sessionId)!.payer;
    let held = 0;
    for (const { payer, account } of this.#sessions.values()) {
      const isNear = address !== undefined && payer.address === address;
      if (isNear || payer.userId === userId) held += account.reserved;
    }
    return this.#accountsOf(sessionId, turnId).some(({ scope, account, cap }) => {
      if (!account.isOpen(cap)) return true;
      return !OWN.has(scope) && held > 0 && held + more > (cap - account.spent) * HOLD_SHARE;
    });
  }

  #chargedBy({ payer, account }: Pick<OpenSession, 'payer'> & Partial<OpenSession>) {
    const accounts = this.#dayAccounts(payer).map((each) => each.account);
    return account === undefined ? accounts : [account, ...accounts];
  }

  #keepGoodbye(session: OpenSession, goodbye: number): void {
    for (const account of this.#chargedBy(session)) account.goodbyes += goodbye - session.goodbye;
    session.goodbye = goodbye;
  }

  /** @param change - of what is reserved for a session */
  #reserved(session: OpenSession, change: number): void {
    if (change === 0) return;
    this.#kept(session.payer.userId);
    for (const account of this.#chargedBy(session)) account.reserved += change;
    if (change > 0) this.#shared?.lookAhead(this.#dayAccounts(session.payer), false);
    this.#options.onChange?.();
  }

  /** @param turnId - of one that runs already: only what others spend of it as well */
  #accountsOf(sessionId: string, turnId = ''): readonly CappedAccount[] {
    this.#turnDay();
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return [];
    const { payer, account, turns } = session;
    const { sessionMicroUsd } = this.#options.caps().planOf(payer.plan).budgets;
    const accounts: CappedAccount[] = [
      { scope: 'session', account, cap: sessionMicroUsd },
      ...this.#dayAccounts(payer),
    ];
    return turns.has(turnId) ? accounts.filter(({ scope }) => !OWN.has(scope)) : accounts;
  }

  #dayAccounts({ userId, kind, plan }: Payer): readonly CappedAccount[] {
    const caps = this.#options.caps();
    const { dayMicroUsd } = caps.planOf(plan).budgets;
    const { guestsDayMicroUsd } = caps.instance;
    const user = this.#users.get(userId) ?? this.#newUser(userId);
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
    const known = this.#users.get(userId) ?? this.#newUser(userId);
    this.#users.set(userId, known);
    return known;
  }

  #newUser(userId: string): SpendingAccount {
    const user = new SpendingAccount(USER + userId);
    if (this.#shared !== undefined) user.share();
    return user;
  }

  #forgetIfUnused(userId: string): void {
    const user = this.#users.get(userId);
    if (user?.isUnused === true && this.#shared?.isOpen(user) !== true) this.#users.delete(userId);
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
    const accounts = this.#allAccounts();
    for (const account of accounts) account.spent = 0;
    this.#shared?.beginDay(accounts);
    for (const userId of this.#users.keys()) this.#forgetIfUnused(userId);
    this.#options.onChange?.();
  }
}
