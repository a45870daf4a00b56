import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { Interaction, Overview } from '@parley/shared/monitoring-api';
import { STAGES } from '@parley/shared/stages';
import { exactTimeText } from '../../lib/dates.ts';
import { Empty, Part } from './part.tsx';
import { msOrDash } from './status-words.ts';
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
  const providers = STAGES.flatMap((stage) => props.providers[stage] ?? []);
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
          {ms !== null && <span>{msOrDash(ms)} ms</span>}
        </p>
        {question !== null && <p className={styles.said}>{question}</p>}
        {answer !== null && <p className={styles.answer}>{answer}</p>}
        {providers.length > 0 && <p className={styles.quiet}>{providers.join(' · ')}</p>}
      </div>
    </li>
  );
}
