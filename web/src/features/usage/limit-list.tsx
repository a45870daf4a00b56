import type { UsageResponse } from '@parley/shared';
import { durationText, usdText } from '../../lib/figures.ts';
import { FigureList } from '../../ui/figures.tsx';
import styles from './usage-page.module.css';

/** What the person's plan allows. */
export function LimitList({ limits }: { readonly limits: UsageResponse['limits'] }) {
  const entries = [
    ['Calls at once', countOf(limits.concurrent_sessions)],
    ['Calls an hour', countOf(limits.sessions_per_hour)],
    ['Length of a call', `up to ${durationText(limits.session_duration_s)}`],
    ['Cost of a call', usdOf(limits.session_usd)],
    ['Cost of a day', usdOf(limits.day_usd)],
  ] as const;
  return (
    <section className={styles.card} aria-labelledby="limits">
      <h2 id="limits" className={styles.heading}>
        Limits
      </h2>
      <FigureList figures={entries} />
    </section>
  );
}

const UNLIMITED = 'no limit';

function countOf(limit: number | null): string {
  return limit === null ? UNLIMITED : `up to ${limit.toLocaleString('en')}`;
}

function usdOf(limit: number | null): string {
  return limit === null ? UNLIMITED : `up to ${usdText(limit)}`;
}
