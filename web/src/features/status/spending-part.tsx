import type { Overview } from '@parley/shared/monitoring-api';
import { shortDayText } from '../../lib/dates.ts';
import { exactUsdText, usdText } from '../../lib/figures.ts';
import { FigureList, FigureNote, Total } from '../../ui/figures.tsx';
import { Meter } from '../../ui/meter.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { Part } from './part.tsx';
import { percentText } from './status-words.ts';

/** What the relay has spent today, of what it may, and on whom. */
export function SpendingPart({ overview }: { readonly overview: Overview }) {
  const { day, spent_usd: spent, budget_usd: budget, by_provider: rows } = overview.spending;
  return (
    <Part title="Spending" note={shortDayText(day)}>
      <Total of={budget === null ? null : usdText(budget)}>{usdText(spent)}</Total>
      {budget === null ? (
        <FigureNote>There is no limit for the day.</FigureNote>
      ) : (
        <>
          <Meter label="Spent today" value={spent} limit={budget} text={usdText(spent)} />
          <FigureNote>{percentText(spent, budget)} of the day’s budget</FigureNote>
        </>
      )}
      {rows.length === 0 ? (
        <FigureNote>Nothing was charged today.</FigureNote>
      ) : (
        <FigureList
          figures={rows.map(({ stage, provider, cost_usd: cost }) => [
            `${provider}, ${STAGE_WORDS.find((one) => one.stage === stage)?.name.toLowerCase()}`,
            exactUsdText(cost),
          ])}
        />
      )}
    </Part>
  );
}
