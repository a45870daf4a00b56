import { useEffect } from 'react';
import { useCall } from '../../client/react/index.ts';
import { timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { useMe } from '../account/use-remote.ts';
import styles from './call-screen.module.css';

/**
 * What is left of the day's budget, once most of it is used. The line follows each turn, so it is
 * not announced: the end of the budget has been.
 */
export function DayBudget() {
  const { me, remote } = useMe();
  const { state: call } = useCall();
  useEffect(
    () =>
      call.subscribe((now, before) => {
        if (now.cost?.usd !== before.cost?.usd) void remote.load();
      }),
    [call, remote],
  );
  if (me.kind !== 'ready' || me.value.day_left_usd === null) return null;
  const { day_left_usd: leftUsd, day_ends_at: endsAt } = me.value;
  return (
    <p className={styles.line} aria-live="off">
      {usdText(leftUsd)} left until {timeText(endsAt)}
    </p>
  );
}
