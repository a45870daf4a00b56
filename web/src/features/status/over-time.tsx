import { useState } from 'react';
import type { HistoryPoint, HistoryRange, Overview } from '@parley/shared/monitoring-api';
import { timeText } from '../../lib/dates.ts';
import { ChartKey, ChartLegend, LineSign } from '../../ui/chart-legend.tsx';
import { late } from '../../ui/late.tsx';
import { ChoiceField } from '../settings/choice-field.tsx';
import { LATENCY_LINES } from './latency-table.tsx';
import { Empty, Part } from './part.tsx';
import { useOperator } from './status-context.ts';
import { msOrDash, percentText } from './status-words.ts';
import styles from './over-time.module.css';

const LatencyChart = late(async () => (await import('./history-charts.tsx')).LatencyChart);
const ErrorChart = late(async () => (await import('./history-charts.tsx')).ErrorChart);

const RANGES: Readonly<Record<HistoryRange, string>> = { '1h': '1 h', '6h': '6 h', '24h': '24 h' };

/** How latency and errors went in the last hours. */
export function OverTime({ overview }: { readonly overview: Overview }) {
  const { feed } = useOperator();
  const [range, setRange] = useState<HistoryRange>(overview.history.range);
  const { points } = overview.history;
  const turns = sumOf(points, 'turns');
  const errors = sumOf(points, 'errors');
  const target = overview.metrics.latency_targets.e2e.target;
  return (
    <Part
      title="Over time"
      width="half"
      note={
        <div className={styles.range}>
          <ChoiceField
            label="Time shown"
            choices={RANGES}
            value={range}
            onChange={(next) => {
              setRange(next);
              feed.show(next);
            }}
          />
        </div>
      }
    >
      {turns === 0 ? (
        <Empty>No turn in this time.</Empty>
      ) : (
        <>
          <h3 className={`quiet ${styles.name}`}>Voice to voice, ms</h3>
          <div className={styles.chart} role="img" aria-label={latencyText(points)}>
            <LatencyChart points={points} targetMs={target} />
          </div>
          <div className={styles.legend}>
            <ChartLegend>
              {LATENCY_LINES.map(({ key, name, colour, dashes }) => (
                <ChartKey
                  key={key}
                  sign={<LineSign colour={colour} dashes={dashes} />}
                  name={name}
                />
              ))}
              <ChartKey
                sign={<LineSign colour="var(--text-quiet)" />}
                name={`Target ${msOrDash(target)}`}
              />
            </ChartLegend>
          </div>
          <h3 className={`quiet ${styles.name}`}>
            Failed turns: {percentText(errors, turns)} of {turns.toLocaleString('en')}
          </h3>
          <div className={styles.chart} role="img" aria-label={errorText(points)} data-low>
            <ErrorChart points={points} />
          </div>
        </>
      )}
    </Part>
  );
}

function sumOf(points: readonly HistoryPoint[], count: 'turns' | 'errors'): number {
  return points.reduce((sum, point) => sum + point[count], 0);
}

/** The content of a chart, for people who cannot see it. */
function latencyText(points: readonly HistoryPoint[]): string {
  const measured = points.filter(({ p95_ms: p95 }) => p95 !== null);
  const last = measured.at(-1);
  if (last === undefined) return 'No spoken turn was measured in this time.';
  const worst = measured.toSorted((a, b) => (b.p95_ms ?? 0) - (a.p95_ms ?? 0))[0]!;
  return (
    `Lately, half of the turns took up to ${msOrDash(last.p50_ms)} ms. ` +
    `The highest p95 was ${msOrDash(worst.p95_ms)} ms, at ${timeText(worst.timestamp)}.`
  );
}

function errorText(points: readonly HistoryPoint[]): string {
  const worst = points.toSorted((a, b) => b.errors - a.errors)[0];
  if (worst === undefined || worst.errors === 0) return 'No turn failed in this time.';
  return `Most turns failed at ${timeText(worst.timestamp)}: ${worst.errors} of ${worst.turns}.`;
}
