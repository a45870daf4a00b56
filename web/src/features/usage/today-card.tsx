import type { UsageResponse } from '@parley/shared';
import { dayText, timeText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { FigureNote, Total } from '../../ui/figures.tsx';
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
      <Total of={limit === null ? null : usdText(limit)}>{usdText(spent)}</Total>
      {limit === null || left === null ? (
        <FigureNote>There is no limit for the day.</FigureNote>
      ) : (
        <>
          <Meter label="Spent today" value={spent} limit={limit} text={usdText(spent)} />
          <FigureNote>
            {left > 0 ? `${usdText(left)} left` : 'Nothing left'} until {until}.
          </FigureNote>
        </>
      )}
    </section>
  );
}
