import { useStore } from 'zustand';
import type { Overview } from '@parley/shared/monitoring-api';
import type { Away } from './operator/status-feed.ts';
import { Button } from '../../ui/button.tsx';
import { LatencyTable } from './latency-table.tsx';
import { LiveCalls } from './live-calls.tsx';
import { LogSection } from './log-section.tsx';
import { MachinePart } from './machine-part.tsx';
import { OverTime } from './over-time.tsx';
import { ProviderStates } from './provider-states.tsx';
import { RecentTurns } from './recent-turns.tsx';
import { useOperator } from './status-context.ts';
import { VerdictLine } from './verdict-line.tsx';
import styles from './status-page.module.css';
import { FigureList, FigureNote, Total } from '../../ui/figures.tsx';
import { Empty, Part } from './part.tsx';
import { sizeText, percentText } from './status-words.ts';
import { shortDayText } from '../../lib/dates.ts';
import { exactUsdText, usdText } from '../../lib/figures.ts';
import { Meter } from '../../ui/meter.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';

const BYTES = /_bytes$/;

const BYTES_A_MEGABYTE = 1_048_576;

interface RelayStatusProps {
  readonly overview: Overview;
  /** When it arrived. */
  readonly atMs: number;
  readonly away: Away | null;
}

/** All that is known of the relay; what is old is grey. */
export function RelayStatus({ overview, atMs, away }: RelayStatusProps) {
  const { tail } = useOperator();
  return (
    <div className={styles.status}>
      <VerdictLine overview={overview} atMs={atMs} away={away} />
      <div className={styles.parts} data-old={away !== null}>
        <LiveCalls overview={overview} />
        <ProviderStates overview={overview} />
        <LatencyTable overview={overview} />
        <OverTime overview={overview} />
        <RecentTurns overview={overview} />
        <div className={styles.stack} data-width="half">
          <SpendingPart overview={overview} />
          <MachinePart overview={overview} />
          <QueuesPart overview={overview} />
        </div>
      </div>
      <LogSection tail={tail} />
      <SignedInBy />
    </div>
  );
}

/** The operator's token can be taken out of this window again. */
function SignedInBy() {
  const { access, feed } = useOperator();
  const by = useStore(access.store, (state) => state.by);
  if (by !== 'operator') return null;
  const forget = async (): Promise<void> => {
    await access.forget();
    feed.restart();
  };
  return (
    <p className={styles.signedIn}>
      You are here with the operator’s token.
      <Button look="plain" onClick={() => void forget()}>
        Forget it
      </Button>
    </p>
  );
}

/** What waits within the relay: for a thread, a disk or a network. */
function QueuesPart({ overview }: { readonly overview: Overview }) {
  const queues = Object.entries(overview.queue_depths);
  return (
    <Part title="Queues" note="what waits">
      {queues.length === 0 ? (
        <Empty>Nothing has had to wait yet.</Empty>
      ) : (
        <FigureList
          figures={queues.map(([name, depth]) => [
            name.replace(BYTES, ' size').replaceAll('_', ' '),
            BYTES.test(name) ? sizeText(depth / BYTES_A_MEGABYTE) : depth.toLocaleString('en'),
          ])}
        />
      )}
    </Part>
  );
}

/** What the relay has spent today, of what it may, and on whom. */
function SpendingPart({ overview }: { readonly overview: Overview }) {
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
