import type { Overview } from '@parley/shared/monitoring-api';
import { shortDayText } from '../../lib/dates.ts';
import { exactUsdText, usdText } from '../../lib/figures.ts';
import { Meter } from '../../ui/meter.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { Part } from './part.tsx';
import { percentText } from './status-words.ts';
import styles from './figures.module.css';

/** What the relay has spent today, of what it may, and on whom. */
export function SpendingPart({ overview }: { readonly overview: Overview }) {
  const { day, spent_usd: spent, budget_usd: budget, by_provider: rows } = overview.spending;
  return (
    <Part title="Spending" note={shortDayText(day)}>
      <p className={styles.total}>
        {usdText(spent)}
        {budget !== null && <span className={styles.of}> of {usdText(budget)}</span>}
      </p>
      {budget === null ? (
        <p className={styles.quiet}>There is no limit for the day.</p>
      ) : (
        <>
          <Meter label="Spent today" value={spent} limit={budget} text={usdText(spent)} />
          <p className={styles.quiet}>{percentText(spent, budget)} of the day’s budget</p>
        </>
      )}
      {rows.length === 0 ? (
        <p className={styles.quiet}>Nothing was charged today.</p>
      ) : (
        <dl className={styles.figures}>
          {rows.map(({ stage, provider, cost_usd: cost }) => (
            <div key={`${stage} ${provider}`}>
              <dt>
                {provider}, {STAGE_WORDS.find((one) => one.stage === stage)?.name.toLowerCase()}
              </dt>
              <dd>{exactUsdText(cost)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Part>
  );
}
