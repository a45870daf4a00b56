import {
  Bar,
  BarChart,
  CartesianGrid,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import { shortDayText } from '../../lib/dates.ts';
import { roundTicks, usdText } from '../../lib/figures.ts';
import { ChartKey, Swatch } from '../../ui/chart-legend.tsx';
import {
  BAR_TIP,
  ChartFrame,
  chartMargin,
  ChartTip,
  GRID,
  TIME_AXIS,
  TipRow,
  valueAxis,
} from '../../ui/chart-parts.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import type { DaySpend } from './usage-figures.ts';

/** One bar a day, its stages on top of each other. */
export function SpendChart({ days }: { readonly days: readonly DaySpend[] }) {
  const ticks = roundTicks(Math.max(...days.map(({ total }) => total)));
  return (
    <ChartFrame firstHeight={180}>
      <BarChart
        data={[...days]}
        margin={chartMargin(0)}
        barCategoryGap="20%"
        accessibilityLayer={false}
      >
        <CartesianGrid {...GRID} />
        <XAxis {...TIME_AXIS} dataKey="day" tickFormatter={shortDayText} minTickGap={28} />
        <YAxis {...valueAxis(ticks)} tickFormatter={usdText} width={52} />
        <Tooltip {...BAR_TIP} content={DayTip} />
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
    </ChartFrame>
  );
}

function DayTip({ active, payload }: TooltipContentProps) {
  const day = payload[0]?.payload as DaySpend | undefined;
  if (!active || day === undefined) return null;
  return (
    <ChartTip
      isRoomy
      title={
        <>
          {shortDayText(day.day)} <span>{usdText(day.total)}</span>
        </>
      }
    >
      {STAGE_WORDS.map(({ stage, name, colour }) => (
        <TipRow key={stage}>
          <ChartKey sign={<Swatch colour={colour} />} name={name} />
          {usdText(day[stage])}
        </TipRow>
      ))}
    </ChartTip>
  );
}
