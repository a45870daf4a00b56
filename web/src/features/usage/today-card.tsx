import type { UsageResponse } from '@parley/shared';
import { dayText, timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { Meter } from '../../ui/meter.tsx';
import styles from './usage-page.module.css';

/** What was spent today, of what may be, and when that begins anew. */
export function TodayCard({ usage }: { readonly usage: UsageResponse }) {
  const { spent_today_usd: spent, day_left_usd: left, day_ends_at: endsAt } = usage;
  const limit = usage.limits.day_usd;
  const endsOn = dayText(endsAt);
  const until = endsOn === 'Today' ? timeText(endsAt) : `tomorrow, ${timeText(endsAt)}`;
  return (
    <section className={styles.card} aria-labelledby="today">
      <h2 id="today" className={styles.heading}>
        Today
      </h2>
      <p className={styles.total}>
        {usdText(spent)}
        {limit !== null && <span className={styles.of}> of {usdText(limit)}</span>}
      </p>
      {limit === null || left === null ? (
        <p className={styles.quiet}>There is no limit for the day.</p>
      ) : (
        <>
          <Meter label="Spent today" value={spent} limit={limit} text={usdText(spent)} />
          <p className={styles.quiet}>
            {left > 0 ? `${usdText(left)} left` : 'Nothing left'} until {until}.
          </p>
        </>
      )}
    </section>
  );
}
