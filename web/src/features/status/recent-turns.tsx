import { CircleCheck, TriangleAlert } from 'lucide-react';
import { MONITORED_STAGES, type Interaction, type Overview } from '@parley/shared/monitoring-api';
import { exactTimeText } from '../../lib/dates.ts';
import { Empty, Part } from './part.tsx';
import { msText } from './status-words.ts';
import styles from './rows.module.css';

/** The last ten turns, the latest first: how they went, and what was said if that may be shown. */
export function RecentTurns({ overview }: { readonly overview: Overview }) {
  const { interactions } = overview;
  return (
    <Part title="Last turns" width="half">
      {interactions.length === 0 ? (
        <Empty>No turn yet since the relay was started.</Empty>
      ) : (
        <ul className={styles.rows}>
          {interactions.slice(0, 10).map((interaction) => (
            <TurnRow key={`${interaction.session_id} ${interaction.turn_id}`} {...interaction} />
          ))}
        </ul>
      )}
    </Part>
  );
}

function TurnRow(props: Interaction) {
  const { timestamp, outcome, error, voice_to_voice_ms: ms, question, answer } = props;
  const providers = MONITORED_STAGES.flatMap((stage) => props.providers[stage] ?? []);
  const Sign = error === null ? CircleCheck : TriangleAlert;
  return (
    <li className={styles.row}>
      <span className={styles.sign} data-state={error === null ? 'healthy' : 'failed'}>
        <Sign aria-hidden="true" size={18} />
      </span>
      <div className={styles.words}>
        <p className={styles.facts}>
          <time dateTime={timestamp}>{exactTimeText(timestamp)}</time>
          <span className={styles.outcome}>{error ?? outcome.replaceAll('_', ' ')}</span>
          {ms !== null && <span>{msText(ms)} ms</span>}
        </p>
        {question !== null && <p className={styles.said}>{question}</p>}
        {answer !== null && <p className={styles.answer}>{answer}</p>}
        {providers.length > 0 && <p className={styles.quiet}>{providers.join(' · ')}</p>}
      </div>
    </li>
  );
}
