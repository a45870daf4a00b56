import { memo } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import type { HistoryPoint } from '@parley/shared/monitoring-api';
import { timeText } from '../../lib/dates.ts';
import { countText, roundTicks } from '../../lib/figures.ts';
import {
  BAR_TIP,
  ChartFrame,
  chartMargin,
  ChartTip,
  GRID,
  LINE_TIP,
  TIME_AXIS,
  TipRow,
  valueAxis,
} from '../../ui/chart-parts.tsx';
import { LATENCY_LINES } from './latency-table.tsx';
import { msOrDash, percentText } from './status-words.ts';

const FIRST_HEIGHT = 160;
const MARGIN = chartMargin(8);
const TIMES = { ...TIME_AXIS, dataKey: 'timestamp', tickFormatter: timeText, minTickGap: 48 };
const VALUES_WIDTH = 48;
/** A single turn that failed must not look like a tall bar. */
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
    <ChartFrame firstHeight={FIRST_HEIGHT}>
      <LineChart data={[...points]} margin={MARGIN} accessibilityLayer={false}>
        <CartesianGrid {...GRID} />
        <XAxis {...TIMES} />
        <YAxis {...valueAxis(ticks)} tickFormatter={msOrDash} width={VALUES_WIDTH} />
        <ReferenceLine y={targetMs} stroke="var(--text-quiet)" strokeWidth={1} />
        <Tooltip {...LINE_TIP} content={LatencyTip} />
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
    </ChartFrame>
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
    <ChartFrame firstHeight={FIRST_HEIGHT}>
      <BarChart data={shares} margin={MARGIN} barCategoryGap={1} accessibilityLayer={false}>
        <CartesianGrid {...GRID} />
        <XAxis {...TIMES} />
        <YAxis {...valueAxis(ticks)} tickFormatter={shareText} width={VALUES_WIDTH} />
        <Tooltip {...BAR_TIP} content={ErrorTip} />
        <Bar dataKey="share" fill="var(--danger)" isAnimationActive={false} />
      </BarChart>
    </ChartFrame>
  );
}, isSameChart);

const shareText = (share: number): string => percentText(share, 1);

function LatencyTip({ active, payload }: TooltipContentProps) {
  const point = payload[0]?.payload as HistoryPoint | undefined;
  if (!active || point === undefined) return null;
  return (
    <ChartTip title={timeText(point.timestamp)}>
      {LATENCY_LINES.map(({ key, name }) => (
        <TipRow key={key}>
          <span>{name}</span>
          {msOrDash(point[key])} ms
        </TipRow>
      ))}
    </ChartTip>
  );
}

function ErrorTip({ active, payload }: TooltipContentProps) {
  const point = payload[0]?.payload as HistoryPoint | undefined;
  if (!active || point === undefined) return null;
  return (
    <ChartTip title={timeText(point.timestamp)}>
      <TipRow>
        {point.errors.toLocaleString('en')} of {countText(point.turns, 'turn', 'turns')} failed
      </TipRow>
    </ChartTip>
  );
}
