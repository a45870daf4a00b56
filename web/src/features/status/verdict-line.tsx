import { CircleCheck, CloudOff, OctagonX, TriangleAlert } from 'lucide-react';
import type { OverallStatus, Overview } from '@parley/shared/monitoring-api';
import { exactTimeText } from '../../lib/dates.ts';
import { durationText } from '../../lib/figures.ts';
import type { Away } from './operator/status-feed.ts';
import { secondsBetween } from './status-words.ts';
import { whatToDo } from './what-to-do.ts';
import styles from './verdict-line.module.css';

const SIGNS = { healthy: CircleCheck, degraded: TriangleAlert, critical_down: OctagonX } as const;
/** If the relay gives no cause. */
const WORDS: Readonly<Record<OverallStatus, string>> = {
  healthy: 'All is well',
  degraded: 'Calls are answered, but something is wrong',
  critical_down: 'Calls cannot be answered',
};

interface VerdictLineProps {
  readonly overview: Overview;
  /** When it arrived. */
  readonly atMs: number;
  readonly away: Away | null;
}

/** Is it well, and if not, what is wrong first of all. */
export function VerdictLine({ overview, atMs, away }: VerdictLineProps) {
  const { health, started_at: startedAt, timestamp, version } = overview;
  const others = health.causes.slice(1);
  const Sign = away === null ? SIGNS[health.status] : CloudOff;
  return (
    <section
      className={styles.verdict}
      data-status={away === null ? health.status : 'away'}
      aria-label="Verdict"
    >
      <Sign className={styles.sign} aria-hidden="true" size={28} />
      <div className={styles.words}>
        <p className={styles.line} role="status">
          {away === null
            ? (health.cause?.message ?? WORDS[health.status])
            : `The relay has not answered since ${exactTimeText(away.sinceMs)}`}
        </p>
        {away === null && health.cause !== null && (
          <p className={styles.step}>{whatToDo(health.cause.code)}</p>
        )}
        {away === null ? (
          others.map(({ code, message }) => (
            <p key={`${code} ${message}`} className={styles.other}>
              {message}
            </p>
          ))
        ) : (
          <p className={styles.other}>
            {away.message} What you see is from {exactTimeText(atMs)}.
          </p>
        )}
        <p className={styles.quiet}>
          Version {version}, started {durationText(secondsBetween(startedAt, timestamp))} ago
        </p>
      </div>
    </section>
  );
}
