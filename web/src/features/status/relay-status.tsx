import { useStore } from 'zustand';
import type { Overview } from '@parley/shared/monitoring-api';
import type { Away } from './operator/status-feed.ts';
import { Button } from '../../ui/button.tsx';
import { LatencyTable } from './latency-table.tsx';
import { LiveCallList } from './live-calls.tsx';
import { LogSection } from './log-section.tsx';
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
import { exactUsdText, usdText, durationText } from '../../lib/figures.ts';
import { Meter } from '../../ui/meter.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { useState } from 'react';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useAction } from '../account/use-action.ts';
import { saveFile } from '../history/save-file.ts';

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
        <LiveCallList overview={overview} />
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

/** What the relay takes of its machine. */
function MachinePart({ overview }: { readonly overview: Overview }) {
  const { system } = overview;
  const memory = `${sizeText(system.memory_mb)} of ${sizeText(system.memory_limit_mb)}`;
  const { disk, event_loop_delay_ms: loop } = system;
  return (
    <Part title="Machine" note={`up for ${durationText(system.uptime_seconds)}`}>
      <FigureList
        figures={[
          ['Processor', `${Math.round(system.cpu_percent)} % of one core`],
          ['Memory', memory],
        ]}
      />
      <Meter label="Memory" value={system.memory_mb} limit={system.memory_limit_mb} text={memory} />
      <FigureList
        figures={[
          ['Highest so far', sizeText(system.peak_memory_usage)],
          ['Heap in use', sizeText(system.heap_used_mb)],
          [
            'Disk',
            disk === null
              ? 'not known'
              : `${sizeText(disk.free_mb)} free of ${sizeText(disk.total_mb)}`,
          ],
          ['Event loop delay, p99', `${loop.p99.toFixed(1)} ms, at most ${loop.max.toFixed(0)}`],
        ]}
      />
      <HeapButton />
    </Part>
  );
}

function HeapButton() {
  const { api } = useOperator();
  const { isRunning, complaint, run } = useAction();
  const [isAsking, setAsking] = useState(false);
  const take = async (): Promise<void> => {
    const taken = await run(async (signal) => {
      const snapshot = await api.heapSnapshot(signal);
      saveFile(
        snapshot,
        `parley-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.heapsnapshot`,
      );
    });
    if (taken) setAsking(false);
  };
  return (
    <ConfirmDialog
      trigger={<Button>Heap snapshot</Button>}
      title="Take a snapshot of the heap?"
      text="All calls stand still for some seconds while it is taken. The file holds what people said lately: keep it to yourself."
      complaint={complaint}
      keep="Not now"
      action={isRunning ? 'One moment' : 'Take it'}
      look="primary"
      isBusy={isRunning}
      isOpen={isAsking}
      onOpen={setAsking}
      onConfirm={() => void take()}
    />
  );
}
