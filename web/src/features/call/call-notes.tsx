import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { useCall, useController } from './controller-context.ts';
import { microphoneLineOf, notUnderstoodLineOf, withheldLineOf } from './call-words.ts';
import { endingLineOf, isDayWarning, moneyLineOf } from './cost-words.ts';
import { ladderLinesOf } from './ladder-words.ts';
import styles from './call-screen.module.css';

const DayBudget = lazy(async () => ({
  default: (await import('./day-budget.tsx')).DayBudget,
}));

const SEPARATOR = '\n';
const NOT_SECURE =
  'Not encrypted: others on this network could listen in. Open this page with https';

/**
 * The small print of the line of state: what a person should know beside it, announced once when
 * it changes. Empty while all is as usual.
 */
export function CallNotes() {
  const { account } = useController();
  const isSecure = useStore(account.store, ({ signIn }) => signIn?.isSecure !== false);
  // One string, so that an equal answer renders nothing.
  const lines = useCall((state) =>
    [
      notUnderstoodLineOf(state),
      withheldLineOf(state),
      microphoneLineOf(state),
      endingLineOf(state),
      moneyLineOf(state),
      ...ladderLinesOf(state),
      isSecure ? '' : NOT_SECURE,
    ]
      .filter((line) => line !== '')
      .join(SEPARATOR),
  );
  const warnsOfDay = useCall(
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
      {warnsOfDay && (
        <Suspense fallback={null}>
          <DayBudget />
        </Suspense>
      )}
    </div>
  );
}
