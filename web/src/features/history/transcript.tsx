import type { ConversationDetail } from '@parley/shared';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { dayText, timeText } from '../../lib/dates.ts';
import { useSettings } from '../call/controller-context.ts';
import captions from '../call/captions.module.css';
import { TranscriptTurn } from './transcript-turn.tsx';
import styles from './transcript.module.css';

/** All that was said, call by call. */
export function Transcript({ conversation }: { readonly conversation: ConversationDetail }) {
  const size = useSettings((settings) => settings.captionSize);
  const { sessions, turns } = conversation;
  const isWordless = turns.every(({ user_text, reply_text }) => (user_text ?? reply_text) === null);
  return (
    <div className={styles.transcript} data-size={size}>
      {isWordless && (
        <p className={styles.note}>
          {turns.length === 0
            ? 'Nothing was said in this conversation.'
            : 'The words of this conversation were not kept, only when it was and what it cost.'}
        </p>
      )}
      {sessions.map((session) => (
        <section key={session.id} aria-label={`Call of ${timeText(session.started_at)}`}>
          <p className={captions.divider}>
            <span>
              {dayText(session.started_at)}, {timeText(session.started_at)}
              {session.client !== '' && ` · ${session.client}`}
            </span>
          </p>
          <ol className={styles.turns}>
            {turns
              .filter((turn) => turn.session_id === session.id)
              .map((turn) => (
                <TranscriptTurn key={turn.id} turn={turn} />
              ))}
          </ol>
          <p className={styles.note}>{endingOf(session)}</p>
        </section>
      ))}
    </div>
  );
}

/** How a call ended, if not by hanging up. */
function endingOf({ close_reason: reason }: ConversationDetail['sessions'][number]): string | null {
  if (reason === null || reason === CLOSE_REASONS.normal.reason) return null;
  const known = Object.values(CLOSE_REASONS).find((entry) => entry.reason === reason);
  return known?.message ?? null;
}
