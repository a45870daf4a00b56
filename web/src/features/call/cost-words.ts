import type { CallState } from '../../client/index.ts';
import { timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';

/** Told from when most of a budget is used up; empty before that. */
export function moneyLineOf({ standing, cost }: CallState): string {
  if (standing.kind !== 'running' || cost === null || !cost.isWarning) return '';
  return isDayWarning(cost)
    ? 'Most of what may be spent has been spent'
    : `${usdText(cost.usd)} of ${usdText(cost.budgetUsd ?? 0)} for this call are used`;
}

/** The scarcer budget is that of the day, whose figures the relay does not tell a call. */
export function isDayWarning(cost: CallState['cost']): boolean {
  if (cost === null || !cost.isWarning) return false;
  return cost.budgetUsd === null || cost.usd < cost.budgetUsd * WARNING_SHARE;
}

const WARNING_SHARE = 0.8;

/** Names an hour rather than a time that is left, so that the line stays true without changing. */
export function endingLineOf({ standing, ending }: CallState): string {
  if (standing.kind !== 'running' || ending === null) return '';
  if (ending.reason === 'budget') return 'What may be spent has been spent: the call ends now';
  return `This call ends at ${timeText(ending.atMs)}. You can call again then`;
}
