import { useEffect, useState } from 'react';
import { useAccountAccess } from '../account/account-access.ts';
import { createAccountApi } from '../account/account-api.ts';
import { useController } from './controller-context.ts';
import { createRemote } from '../account/remote.ts';
import { timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { useRemote } from '../account/use-remote.ts';
import styles from './call-screen.module.css';

/**
 * What is left of the day's budget, once most of it is used. The line follows each turn, so it is
 * not announced: the end of the budget has been.
 */
export function DayBudget() {
  const access = useAccountAccess();
  const [remote] = useState(() => {
    const api = createAccountApi(access);
    return createRemote((signal) => api.me(signal));
  });
  const me = useRemote(remote);
  const { call } = useController();
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
