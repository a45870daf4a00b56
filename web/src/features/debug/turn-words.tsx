import { Link } from 'wouter';
import { conversationPath } from '@parley/shared/page-paths';
import { type RecordedTurn, replyCaption } from '../../client/index.ts';
import { useCall } from '../call/controller-context.ts';
import styles from './waterfall.module.css';

/** The words of a turn, and its recording, if the relay keeps one. */
export function TurnWords({ turn }: { readonly turn: RecordedTurn }) {
  const items = useCall((state) => state.conversation);
  const isRecorded = useCall((state) => state.session?.recording === true);
  const keptAs = useCall((state) => state.keptAs);
  const position = items.findIndex(({ id, kind }) => kind === 'reply' && id === turn.responseId);
  const reply = items[position];
  const asked = items.slice(0, Math.max(0, position)).findLast(({ kind }) => kind === 'user');
  if (reply?.kind !== 'reply') return <p className={styles.decision}>Its words are gone.</p>;
  const { heard, unheard } = replyCaption(reply);
  return (
    <div className={styles.words} role="group" aria-label="Words of the turn">
      {asked?.kind === 'user' && <p>You: {asked.text}</p>}
      <p>
        Parley: {heard} {reply.status === 'interrupted' && <s>{unheard}</s>}
      </p>
      {keptAs !== null && (
        <Link href={conversationPath(keptAs)}>
          {isRecorded ? 'Recording and words in the history' : 'Words in the history'}
        </Link>
      )}
    </div>
  );
}
