import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import { shortDayText } from '../../lib/dates.ts';
import { roundTicks, usdText } from '../../lib/figures.ts';
import { STAGE_WORDS } from '../account/stage-words.ts';
import type { DaySpend } from './usage-figures.ts';
import styles from './usage-page.module.css';

const TICK = { fill: 'var(--text-quiet)', fontSize: 12 };

/** One bar a day, its stages on top of each other. */
export function SpendChart({ days }: { readonly days: readonly DaySpend[] }) {
  const ticks = roundTicks(Math.max(...days.map(({ total }) => total)));
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 180 }}>
      <BarChart
        data={[...days]}
        margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="20%"
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="day"
          tickFormatter={shortDayText}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={28}
        />
        <YAxis
          width={52}
          ticks={[...ticks]}
          domain={[0, ticks.at(-1) ?? 0]}
          tickFormatter={(usd: number) => usdText(usd)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <Tooltip
          cursor={{ fill: 'var(--surface-control)' }}
          isAnimationActive={false}
          content={DayTip}
        />
        {STAGE_WORDS.map(({ stage, colour }) => (
          <Bar
            key={stage}
            dataKey={stage}
            stackId="day"
            fill={colour}
            isAnimationActive={false}
            maxBarSize={36}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

function DayTip({ active, payload }: TooltipContentProps) {
  const day = payload[0]?.payload as DaySpend | undefined;
  if (!active || day === undefined) return null;
  return (
    <div className={styles.tip}>
      <p className={styles.tipDay}>
        {shortDayText(day.day)} <span>{usdText(day.total)}</span>
      </p>
      {STAGE_WORDS.map(({ stage, name, colour }) => (
        <p key={stage} className={styles.tipRow}>
          <span className={styles.stage}>
            <span className={styles.swatch} style={{ background: colour }} />
            {name}
          </span>
          {usdText(day[stage])}
        </p>
      ))}
    </div>
  );
}
