import { useCall } from '../../store/controller-context.ts';
import { ladderLinesOf } from './ladder-words.ts';
import styles from './call-screen.module.css';

const SEPARATOR = '\n';

/** Says which provider stands in for which; empty while none does. */
export function LadderNote() {
  // One string, so that an equal answer renders nothing.
  const lines = useCall((state) => ladderLinesOf(state).join(SEPARATOR));
  return (
    <div className={styles.note} role="status">
      {lines !== '' &&
        lines.split(SEPARATOR).map((line) => (
          <p key={line} className={styles.line}>
            {line}
          </p>
        ))}
    </div>
  );
}
