import { Icon } from '../../ui/icon.tsx';
import { useCallState, useCall } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { adviceFor } from './call-words.ts';
import notice from './notice.module.css';
import styles from './error-notice.module.css';

/** The latest complaint: what happened and what to do. Lies over the captions and moves nothing. */
export function ErrorNotice() {
  const controller = useCall();
  // While a call is without its relay, the notice of that says what matters.
  const error = useCallState(({ standing, outage, ...state }) =>
    standing.kind === 'running' && outage !== null ? null : state.error,
  );
  const advice = error === null ? null : adviceFor(error.code);
  return (
    <div className={notice.place} role="alert">
      {error !== null && (
        <div className={`${notice.notice} ${styles.notice}`}>
          <p className={styles.text}>
            {error.message}
            {advice !== null && ` ${advice}`}
          </p>
          <Button
            look="plain"
            shape="icon"
            aria-label="Dismiss"
            onClick={() => controller.dismissError()}
          >
            <Icon name="x" size={18} />
          </Button>
        </div>
      )}
    </div>
  );
}
