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
import { QueuesPart } from './queues-part.tsx';
import { RecentTurns } from './recent-turns.tsx';
import { SpendingPart } from './spending-part.tsx';
import { useOperator } from './status-context.ts';
import { VerdictLine } from './verdict-line.tsx';
import styles from './status-page.module.css';

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
