import type { CallState } from '../../store/call-state.ts';
import { usdText } from '../../lib/figures.ts';

/** Told from when most of a budget is used up; empty before that. */
export function moneyLineOf({ standing, cost }: CallState): string {
  if (standing.kind !== 'running' || cost === null || !cost.isWarning) return '';
  // The budget of the day may be the scarcer one, whose size the relay does not tell a call.
  return cost.budgetUsd === null || cost.usd < cost.budgetUsd * WARNING_SHARE
    ? 'Most of what may be spent has been spent'
    : `${usdText(cost.usd)} of ${usdText(cost.budgetUsd)} for this call are used`;
}

const WARNING_SHARE = 0.8;

/** Names an hour rather than a time that is left, so that the line stays true without changing. */
export function endingLineOf({ standing, ending }: CallState): string {
  if (standing.kind !== 'running' || ending === null) return '';
  if (ending.reason === 'budget') return 'What may be spent has been spent: the call ends now';
  return `This call ends at ${CLOCK.format(ending.atMs)}. You can call again then`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
