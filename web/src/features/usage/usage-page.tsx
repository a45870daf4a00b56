import { useMemo, useState } from 'react';
import type { UsageResponse, UsageRow } from '@parley/shared';
import { createRemote } from '../account/remote.ts';
import { isoDayOf, dayText, timeText, shortDayText } from '../../lib/dates.ts';
import { usdText, durationText } from '../../lib/figures.ts';
import { FigureNote, Total, FigureList } from '../../ui/figures.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { Fetched, PageState } from '../account/page-state.tsx';
import { useRemote } from '../account/use-remote.ts';
import { ChoiceField } from '../settings/choice-field.tsx';
import { sumUsd, amountText, usedByProvider, spendByDay } from './usage-figures.ts';
import styles from './usage-page.module.css';
import { Meter } from '../../ui/meter.tsx';
import { Swatch, ChartKey, ChartLegend } from '../../ui/chart-legend.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { late } from '../../ui/late.tsx';

const UNLIMITED = 'no limit';
const EXPECTED = 'Here you see what your calls use and cost.';

const PERIODS = { 7: '7 days', 30: '30 days', 90: '90 days' };
type Period = `${keyof typeof PERIODS}`;

/** What the person's calls have used and cost, and what is left. */
export function UsagePage() {
  const { api } = useAccountPages();
  const [period, setPeriod] = useState<Period>('30');
  const remote = useMemo(
    () => createRemote((signal) => api.usage(lastDays(Number(period)), signal)),
    [api, period],
  );
  const state = useRemote(remote);
  return (
    <PageFrame title="Usage">
      {state.kind !== 'failed' && (
        <div className={styles.period}>
          <ChoiceField label="Period" choices={PERIODS} value={period} onChange={setPeriod} />
        </div>
      )}
      <Fetched
        state={state}
        rows={4}
        onRetry={() => void remote.load()}
        missing="There is no usage here"
        expected={EXPECTED}
      >
        {(usage) => <Usage usage={usage} />}
      </Fetched>
    </PageFrame>
  );
}

function Usage({ usage }: { readonly usage: UsageResponse }) {
  const total = sumUsd(usage.rows);
  const isUnused = usage.rows.length === 0;
  return (
    <div className={styles.usage}>
      <TodayCard usage={usage} />
      {isUnused ? (
        <PageState icon="piggy-bank" title="Nothing was used in this time">
          <p>{EXPECTED}</p>
        </PageState>
      ) : (
        <>
          <section className={`card ${styles.card}`} aria-labelledby="spent">
            <h2 id="spent" className="quiet">
              Spent
            </h2>
            <Total>{usdText(total)}</Total>
            {total === 0 ? (
              <FigureNote>Nothing was charged: all that you used is free.</FigureNote>
            ) : (
              <SpendByDay usage={usage} />
            )}
          </section>
          <ProviderUse rows={usage.rows} />
        </>
      )}
      <LimitList limits={usage.limits} />
    </div>
  );
}

function lastDays(count: number): { readonly from: string; readonly to: string } {
  const to = new Date();
  const from = new Date(to);
  from.setDate(from.getDate() - (count - 1));
  return { from: isoDayOf(from), to: isoDayOf(to) };
}

/** What was spent today, of what may be, and when that begins anew. */
function TodayCard({ usage }: { readonly usage: UsageResponse }) {
  const { spent_today_usd: spent, day_left_usd: left, day_ends_at: endsAt } = usage;
  const limit = usage.limits.day_usd;
  const endsOn = dayText(endsAt);
  const until = endsOn === 'Today' ? timeText(endsAt) : `tomorrow, ${timeText(endsAt)}`;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="today">
      <h2 id="today" className="quiet">
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

/** What the person's plan allows. */
function LimitList({ limits }: { readonly limits: UsageResponse['limits'] }) {
  const entries = [
    ['Calls at once', countOf(limits.concurrent_sessions)],
    ['Calls an hour', countOf(limits.sessions_per_hour)],
    ['Length of a call', `up to ${durationText(limits.session_duration_s)}`],
    ['Cost of a call', usdOf(limits.session_usd)],
    ['Cost of a day', usdOf(limits.day_usd)],
  ] as const;
  return (
    <section className={`card ${styles.card}`} aria-labelledby="limits">
      <h2 id="limits" className="quiet">
        Limits
      </h2>
      <FigureList figures={entries} />
    </section>
  );
}

function countOf(limit: number | null): string {
  return limit === null ? UNLIMITED : `up to ${limit.toLocaleString('en')}`;
}

function usdOf(limit: number | null): string {
  return limit === null ? UNLIMITED : `up to ${usdText(limit)}`;
}

/** What each provider did, stage by stage, and what it cost. */
function ProviderUse({ rows }: { readonly rows: readonly UsageRow[] }) {
  const providers = usedByProvider(rows);
  return (
    <section className={`card ${styles.card}`} aria-labelledby="providers">
      <h2 id="providers" className="quiet">
        By service
      </h2>
      <table className={styles.table}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Used</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        {STAGE_WORDS.map(({ stage, name, colour }) => {
          const ofStage = providers.filter((row) => row.stage === stage);
          if (ofStage.length === 0) return null;
          return (
            <tbody key={stage}>
              <tr>
                <th scope="rowgroup" colSpan={3} className={styles.stage}>
                  <Swatch colour={colour} />
                  {name}
                </th>
              </tr>
              {ofStage.map((row) => (
                <tr key={row.provider}>
                  <th scope="row">{row.provider}</th>
                  <td className="quiet">{amountText(row)}</td>
                  <td className={styles.cost}>
                    {row.cost_usd === 0 ? 'free' : usdText(row.cost_usd)}
                  </td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}

const SpendChart = late(async () => (await import('./spend-chart.tsx')).SpendChart);

/** Spending day by day: as bars to be seen, and as a table to be read. */
function SpendByDay({ usage }: { readonly usage: UsageResponse }) {
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
