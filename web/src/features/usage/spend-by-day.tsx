import type { UsageResponse } from '@parley/shared';
import { shortDayText } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { ChartKey, ChartLegend, Swatch } from '../../ui/chart-legend.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { late } from '../../ui/late.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { spendByDay } from './usage-figures.ts';
import styles from './usage-page.module.css';

const SpendChart = late(async () => (await import('./spend-chart.tsx')).SpendChart);

/** Spending day by day: as bars to be seen, and as a table to be read. */
export function SpendByDay({ usage }: { readonly usage: UsageResponse }) {
  const days = spendByDay(usage);
  return (
    <>
      {/* The table below says the same. */}
      <div className={styles.chart} aria-hidden="true">
        <SpendChart days={days} />
      </div>
      <ChartLegend>
        {STAGE_WORDS.map(({ stage, name, colour }) => (
          <ChartKey key={stage} sign={<Swatch colour={colour} />} name={name} />
        ))}
      </ChartLegend>
      <details className={styles.days}>
        <summary>Day by day as a table</summary>
        <ScrollRegion className={styles.scroll} aria-label="Spending day by day">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {STAGE_WORDS.map(({ stage, name }) => (
                  <th key={stage} scope="col" className={styles.cost}>
                    {name}
                  </th>
                ))}
                <th scope="col" className={styles.cost}>
                  Total
                </th>
              </tr>
            </thead>
            <tbody>
              {days
                .filter(({ total }) => total > 0)
                .toReversed()
                .map((day) => (
                  <tr key={day.day}>
                    <th scope="row">{shortDayText(day.day)}</th>
                    {STAGE_WORDS.map(({ stage }) => (
                      <td key={stage} className={styles.cost}>
                        {usdText(day[stage])}
                      </td>
                    ))}
                    <td className={styles.cost}>{usdText(day.total)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </>
  );
}
