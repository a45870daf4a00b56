import { useMemo, useState } from 'react';
import { PiggyBank } from 'lucide-react';
import type { UsageResponse } from '@parley/shared';
import { createRemote } from '../account/remote.ts';
import { isoDayOf } from '../../lib/dates.ts';
import { usdText } from '../../lib/figures.ts';
import { FigureNote, Total } from '../../ui/figures.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { LoadingState, PageState, ProblemState, StaleNote } from '../account/page-state.tsx';
import { useRemote } from '../account/use-remote.ts';
import { ChoiceField } from '../settings/choice-field.tsx';
import { LimitList } from './limit-list.tsx';
import { ProviderUse } from './provider-use.tsx';
import { SpendByDay } from './spend-by-day.tsx';
import { TodayCard } from './today-card.tsx';
import { sumUsd } from './usage-figures.ts';
import styles from './usage-page.module.css';

const PERIODS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
] as const;
type Period = (typeof PERIODS)[number]['value'];

/** What the person's calls have used and cost, and what is left. */
export function UsagePage() {
  const { api } = useAccountPages();
  const [period, setPeriod] = useState<Period>('30');
  const remote = useMemo(
    () => createRemote((signal) => api.usage(lastDays(Number(period)), signal)),
    [api, period],
  );
  const state = useRemote(remote);
  const onRetry = (): void => void remote.load();
  return (
    <PageFrame title="Usage">
      {state.kind === 'failed' ? (
        <ProblemState problem={state.problem} onRetry={onRetry} missing="There is no usage here" />
      ) : (
        <div className={styles.period}>
          <ChoiceField label="Period" choices={PERIODS} value={period} onChange={setPeriod} />
        </div>
      )}
      {state.kind === 'loading' && <LoadingState rows={4} />}
      {state.kind === 'ready' && (
        <>
          {state.problem !== null && <StaleNote problem={state.problem} onRetry={onRetry} />}
          <Usage usage={state.value} />
        </>
      )}
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
        <PageState icon={<PiggyBank />} title="Nothing was used in this time">
          <p>What your calls use and cost is shown here.</p>
        </PageState>
      ) : (
        <>
          <section className={styles.card} aria-labelledby="spent">
            <h2 id="spent" className={styles.heading}>
              Spent
            </h2>
            <Total>{usdText(total)}</Total>
            {total === 0 ? (
              <FigureNote>
                Nothing was charged: all of it ran without a provider that costs money.
              </FigureNote>
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
