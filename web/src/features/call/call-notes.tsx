import { useStore } from 'zustand';
import { useCallState, useCall } from '../../client/react/index.ts';
import { microphoneLineOf, notUnderstoodLineOf, withheldLineOf } from './call-words.ts';
import { ladderLinesOf } from './ladder-words.ts';
import styles from './call-screen.module.css';
import type { CallState } from '../../client/index.ts';
import { timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { late } from '../../ui/late.tsx';

const WARNING_SHARE = 0.8;

const DayBudget = late(async () => (await import('./day-budget.tsx')).DayBudget);

const SEPARATOR = '\n';
const NOT_SECURE =
  'Not encrypted: others on this network could listen in. Open this page with https';

const SLOW_LINE =
  'The connection is slow. Your speech is sent compressed, so that answers still come quickly';

/**
 * The small print of the line of state: what a person should know beside it, announced once when
 * it changes. Empty while all is as usual.
 */
export function CallNotes() {
  const { account } = useCall();
  const isSecure = useStore(account.store, ({ signIn }) => signIn?.isSecure !== false);
  // One string, so that an equal answer renders nothing.
  const lines = useCallState((state) =>
    [
      notUnderstoodLineOf(state),
      withheldLineOf(state),
      microphoneLineOf(state),
      state.isLineLate ? SLOW_LINE : '',
      endingLineOf(state),
      moneyLineOf(state),
      ...ladderLinesOf(state),
      isSecure ? '' : NOT_SECURE,
    ]
      .filter((line) => line !== '')
      .join(SEPARATOR),
  );
  const warnsOfDay = useCallState(
    ({ standing, cost }) => standing.kind === 'running' && isDayWarning(cost),
  );
  return (
    <div className={styles.note} role="status">
      {lines !== '' &&
        lines.split(SEPARATOR).map((line) => (
          <p key={line} className={styles.line}>
            {line}
          </p>
        ))}
      {warnsOfDay && <DayBudget />}
    </div>
  );
}

/** Said once most of a budget is used up; empty before that. */
export function moneyLineOf({ standing, cost }: CallState): string {
  if (standing.kind !== 'running' || cost === null || !cost.isWarning) return '';
  return isDayWarning(cost)
    ? 'Most of what may be spent has been spent'
    : `${usdText(cost.usd)} of ${usdText(cost.budgetUsd ?? 0)} for this call are used`;
}

/** The scarcer budget is that of the day, whose figures a call does not get from the relay. */
function isDayWarning(cost: CallState['cost']): boolean {
  if (cost === null || !cost.isWarning) return false;
  return cost.budgetUsd === null || cost.usd < cost.budgetUsd * WARNING_SHARE;
}

/** Names an hour rather than a time that is left, so that the line stays true without changing. */
export function endingLineOf({ standing, ending }: CallState): string {
  if (standing.kind !== 'running' || ending === null) return '';
  if (ending.reason === 'budget') return 'The budget is used up: the call ends now';
  return `This call ends at ${timeText(ending.atMs)}. You can call again then`;
}
