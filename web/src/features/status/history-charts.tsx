import { memo } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import type { HistoryPoint } from '@parley/shared/monitoring-api';
import { timeText } from '../../lib/dates.ts';
import { countText, roundTicks } from '../../lib/figures.ts';
import { LATENCY_LINES } from './latency-lines.ts';
import { msText, percentText } from './status-words.ts';
import styles from './over-time.module.css';

const TICK = { fill: 'var(--text-quiet)', fontSize: 12 };
const FIRST_SIZE = { width: 320, height: 160 };
const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 };
const Y_WIDTH = 48;
/** One turn of many that failed is no tall bar. */
const LEAST_SHARE = 0.1;

interface ChartProps {
  readonly points: readonly HistoryPoint[];
}

/** New points come each few seconds; the answers between them hold the same ones. */
function isSameChart(before: ChartProps, after: ChartProps): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** p50, p95 and p99 of each step, and what they aim at. */
export const LatencyChart = memo(function LatencyChart({
  points,
  targetMs,
}: ChartProps & { readonly targetMs: number }) {
  const ticks = roundTicks(
    Math.max(
      targetMs,
      ...points.flatMap((point) => LATENCY_LINES.map(({ key }) => point[key] ?? 0)),
    ),
  );
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={FIRST_SIZE}>
      <LineChart data={[...points]} margin={MARGIN} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        {timeAxis()}
        <YAxis
          width={Y_WIDTH}
          ticks={[...ticks]}
          domain={[0, ticks.at(-1) ?? 0]}
          tickFormatter={(ms: number) => msText(ms)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <ReferenceLine y={targetMs} stroke="var(--text-quiet)" strokeWidth={1} />
        <Tooltip isAnimationActive={false} content={LatencyTip} />
        {LATENCY_LINES.map(({ key, colour, dashes }) => (
          <Line
            key={key}
            dataKey={key}
            stroke={colour}
            strokeDasharray={dashes}
            strokeWidth={2}
            dot={false}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}, isSameChart);

/** The share of turns that failed in each step. */
export const ErrorChart = memo(function ErrorChart({ points }: ChartProps) {
  const shares = points.map((point) => ({
    ...point,
    share: point.turns === 0 ? 0 : Math.min(1, point.errors / point.turns),
  }));
  const ticks = roundTicks(Math.max(LEAST_SHARE, ...shares.map(({ share }) => share)), 2);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={FIRST_SIZE}>
      <BarChart data={shares} margin={MARGIN} barCategoryGap={1} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        {timeAxis()}
        <YAxis
          width={Y_WIDTH}
          ticks={[...ticks]}
          domain={[0, ticks.at(-1) ?? 0]}
          tickFormatter={(share: number) => percentText(share, 1)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <Tooltip
          cursor={{ fill: 'var(--surface-control)' }}
          isAnimationActive={false}
          content={ErrorTip}
        />
        <Bar dataKey="share" fill="var(--danger)" isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}, isSameChart);

/** Not a component of its own: a chart looks for its axes among its children. */
function timeAxis() {
  return (
    <XAxis
      dataKey="timestamp"
      tickFormatter={timeText}
      tick={TICK}
      tickLine={false}
      axisLine={{ stroke: 'var(--line)' }}
      minTickGap={48}
    />
  );
}

function LatencyTip({ active, payload }: TooltipContentProps) {
  const point = payload[0]?.payload as HistoryPoint | undefined;
  if (!active || point === undefined) return null;
  return (
    <div className={styles.tip}>
      <p className={styles.tipTime}>{timeText(point.timestamp)}</p>
      {LATENCY_LINES.map(({ key, name }) => (
        <p key={key} className={styles.tipRow}>
          <span>{name}</span>
          {msText(point[key])} ms
        </p>
      ))}
    </div>
  );
}

function ErrorTip({ active, payload }: TooltipContentProps) {
  const point = payload[0]?.payload as HistoryPoint | undefined;
  if (!active || point === undefined) return null;
  return (
    <div className={styles.tip}>
      <p className={styles.tipTime}>{timeText(point.timestamp)}</p>
      <p className={styles.tipRow}>
        {point.errors.toLocaleString('en')} of {countText(point.turns, 'turn', 'turns')} failed
      </p>
    </div>
  );
}
