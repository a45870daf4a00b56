import { useRef } from 'react';
import type { OperatedSession, Overview, RelayInstance } from '@parley/shared/monitoring-api';
import { countText, durationText, exactUsdText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../account/confirm-dialog.tsx';
import { Empty, Part } from './part.tsx';
import { useOperator } from './status-context.ts';
import { relayName, secondsBetween } from './status-words.ts';
import row from '../../ui/row.module.css';
import styles from './rows.module.css';

const STAGE_NOW: Readonly<Record<OperatedSession['stage'], string>> = {
  waiting: 'waiting for speech',
  listening: 'listening',
  recognising: 'recognising',
  thinking: 'thinking',
  speaking: 'speaking',
};

/** The calls that run: what each does, for how long, and what it has cost. */
export function LiveCallList({ overview }: { readonly overview: Overview }) {
  const { sessions, sessions_total: total, active_connections: connections, metrics } = overview;
  const calls = useRef<HTMLDivElement>(null);
  const relays = (overview.relays ?? []).length < 2 ? [] : overview.relays!;
  const isUnused = metrics.total_sessions === 0 && total === 0;
  const running = `${total.toLocaleString('en')} running`;
  // The connections of other relays are not known.
  const note =
    relays.length > 0
      ? running
      : `${running}, ${countText(connections, 'connection', 'connections')}`;
  return (
    <Part title="Calls" note={note}>
      <div ref={calls} className={styles.list} tabIndex={-1}>
        {total === 0 ? (
          <Empty>
            {isUnused
              ? 'No call yet since the relay was started.'
              : `No call now. ${countText(metrics.total_sessions, 'call', 'calls')} since the relay was started.`}
          </Empty>
        ) : (
          <ul className={styles.columns}>
            {sessions.map((session) => (
              <CallRow
                key={session.session_id}
                session={session}
                at={relays.find(({ id }) => id === session.relay)}
                now={overview.timestamp}
                // The button that had the focus is gone with its call.
                onEnded={() => calls.current?.focus()}
              />
            ))}
          </ul>
        )}
      </div>
      {sessions.length < total && (
        <p className="quiet">
          {countText(total - sessions.length, 'more call is', 'more calls are')} not shown.
        </p>
      )}
    </Part>
  );
}

interface CallRowProps {
  readonly session: OperatedSession;
  /** undefined: there is only one relay. */
  readonly at: RelayInstance | undefined;
  /** The relay's time. */
  readonly now: string;
  readonly onEnded: () => void;
}

function CallRow({ session, at, now, onEnded }: CallRowProps) {
  const inStage = durationText(secondsBetween(session.stage_since, now));
  const lasting = durationText(secondsBetween(session.started_at, now));
  return (
    <li className={styles.row}>
      <div className={`${row.words} ${styles.words}`}>
        <p className={row.name}>
          {session.client || 'A call'}
          {session.stuck && <span className={`${row.badge} ${styles.bad}`}>Stuck</span>}
        </p>
        <p className="quiet">
          {session.connected
            ? `${STAGE_NOW[session.stage]} for ${inStage}`
            : 'connection lost, waiting for it'}
        </p>
        <p className={row.facts}>
          <span>{lasting} so far</span>
          <span>{countText(session.turns, 'turn', 'turns')}</span>
          <span>{exactUsdText(session.cost_usd)}</span>
          {session.line !== undefined && <span>{lineText(session.line)}</span>}
          {at !== undefined && <span>on {relayName(at)}</span>}
          <span className={styles.id}>{session.session_id}</span>
        </p>
      </div>
      <EndButton session={session} onEnded={onEnded} />
    </li>
  );
}

/** As few words as say what the line bears, and what its client does about it. */
function lineText({ codec, sockets, rtt_ms, loss }: NonNullable<OperatedSession['line']>): string {
  const words = [codec === 'opus' ? 'Opus' : 'PCM'];
  if (sockets > 1) words.push('sent twice');
  words.push(`${Math.round(rtt_ms)} ms round trip`);
  if (loss >= 0.005) words.push(`about ${Math.round(100 * loss)} % lost`);
  return words.join(', ');
}

function EndButton({ session, onEnded }: Pick<CallRowProps, 'session' | 'onEnded'>) {
  const { api, feed } = useOperator();
  const name = session.client || 'a call';
  return (
    <ConfirmDialog
      trigger={<Button aria-label={`End ${name}`}>End</Button>}
      title="End this call?"
      text={`The person at ${session.client || 'the other end'} is cut off, and their page says that the call was ended.`}
      keep="Let it go on"
      action="End the call"
      work={(signal) => api.endSession(session.session_id, signal)}
      onDone={() => void feed.refresh().then(onEnded)}
    />
  );
}
