import type { SpendingAccount } from './spending-account.ts';

/** Names of the accounts of all users together. */
export const INSTANCE = 'instance';
export const GUESTS = 'guests';

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

/** Those of one person. */
export const OWN: ReadonlySet<BudgetScope> = new Set(['session', 'user-day']);

export interface CappedAccount {
  readonly scope: BudgetScope;
  readonly account: SpendingAccount;
  readonly cap: number;
}

/** Of an account of the day, micro-dollars. */
export function capOfDay(caps: Caps, { name, allotment }: SpendingAccount): number {
  if (name === INSTANCE) return caps.instance.dayMicroUsd;
  if (name === GUESTS) return caps.instance.guestsDayMicroUsd;
  return caps.planOf(allotment!.plan).budgets.dayMicroUsd;
}
