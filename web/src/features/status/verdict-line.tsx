import { CircleCheck, CloudOff, OctagonX, TriangleAlert } from 'lucide-react';
import type { OverallStatus, Overview } from '@parley/shared/monitoring-api';
import { exactTimeText } from '../../lib/dates.ts';
import { durationText } from '../../lib/figures.ts';
import type { Away } from './operator/status-feed.ts';
import { secondsBetween } from './status-words.ts';
import styles from './verdict-line.module.css';

/** First steps from the runbook in docs/operations.md, by the code of a cause. */
const STEPS: Readonly<Record<string, string>> = {
  stage_down:
    'See below what failed: a key that is not valid, a plan that is used up, or a vendor that is down. Mend it, then press Reset.',
  service_failed:
    'Calls go on with another provider. See its last error below; once that is mended, press Reset.',
  service_degraded: 'Nothing yet: after three failures in a row another provider takes its place.',
  answers_slow: 'See below which part takes the time, and put a faster provider first.',
  sessions_stuck:
    'End the calls that are marked as stuck below: their people can call again at once.',
  budget_low: 'Raise BUDGET_DAY_USD, or limit who spends: when it is used up, calls end.',
  memory_low: 'The lines [MEMORY] of the log below name what uses it.',
  event_loop_late: 'Lower MAX_SESSIONS, or move other programs off this machine.',
};

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

/** What an operator does about a cause, as one sentence or two. */
function whatToDo(code: string): string {
  return STEPS[code] ?? `The operations document says what to do about ${code}.`;
}
