import type { Overview, RelayInstance } from '@parley/shared/monitoring-api';
import { countText, durationText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Part } from './part.tsx';
import { useOperator } from './status-context.ts';
import { relayName, secondsBetween } from './status-words.ts';
import row from '../../ui/row.module.css';
import styles from './rows.module.css';

const STATES = {
  ok: { sign: 'circle-check', tone: 'healthy', words: 'takes calls' },
  starting: { sign: 'hourglass', tone: 'degraded', words: 'starting' },
  draining: { sign: 'log-out', tone: 'degraded', words: 'draining' },
} as const;

/** The relays that share the calls; nothing if there is only one. */
export function RelayList({ overview }: { readonly overview: Overview }) {
  const { relays = [], sessions_total: total, timestamp } = overview;
  if (relays.length < 2) return null;
  // The one that is shown stands first in the answer: rows that change places are hard to press.
  const inOrder = relays.toSorted((a, b) => a.url.localeCompare(b.url));
  return (
    <Part title="Relays" note={`${relays.length} share ${countText(total, 'call', 'calls')}`}>
      <ul className={styles.columns}>
        {inOrder.map((relay) => (
          <RelayRow key={relay.id} relay={relay} now={timestamp} />
        ))}
      </ul>
      <p className="quiet">
        The calls are those of all relays; the other figures are of the one that is shown.
      </p>
    </Part>
  );
}

function RelayRow({ relay, now }: { readonly relay: RelayInstance; readonly now: string }) {
  const { feed } = useOperator();
  const { sign, tone, words } = STATES[relay.state];
  const name = relayName(relay);
  const word = relay.is_this ? 'Shown' : 'Show';
  return (
    <li className={styles.row}>
      <span className={styles.sign} data-state={tone}>
        <Icon name={sign} size={20} />
      </span>
      <div className={`${row.words} ${styles.words}`}>
        <p className={row.name}>
          {name}
          <span className={styles.state} data-state={tone}>
            {words}
          </span>
        </p>
        <p className={row.facts}>
          <span>{countText(relay.calls, 'call', 'calls')}</span>
          <span>Version {relay.version}</span>
          <span>up for {durationText(secondsBetween(relay.started_at, now))}</span>
          <span className={styles.id}>{relay.id}</span>
        </p>
      </div>
      <Button
        aria-label={`${word} ${name}`}
        look={relay.is_this ? 'plain' : 'quiet'}
        onClick={() => feed.pick(relay.id)}
      >
        {word}
      </Button>
    </li>
  );
}
