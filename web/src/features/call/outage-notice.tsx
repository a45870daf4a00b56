import { useEffect, useLayoutEffect, useState } from 'react';
import { useCall, useController } from './controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { isLong, keptText, nextTryText } from './outage-words.ts';
import styles from './outage-notice.module.css';

/** The relay does not answer for long: when it is tried again, and what is kept until then. */
export function OutageNotice() {
  const outage = useCall((state) => state.outage);
  return outage === null ? null : <Outage key={outage.sinceMs} />;
}

function Outage() {
  const { retryNow, dismissError } = useController();
  const isComplaint = useCall(({ error }) => error?.code === 'network_unreachable');
  const online = useOnline();
  const [nowMs, setNowMs] = useState(() => Date.now());
  const isShown = useCall(({ outage }) => isLong(outage, nowMs));
  const next = useCall(({ outage }) => (outage === null ? '' : nextTryText(outage, nowMs)));
  const kept = useCall((state) => keptText(state, nowMs));
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  // Before it is painted: it says the same with less.
  useLayoutEffect(() => {
    if (isShown && isComplaint) dismissError();
  }, [isShown, isComplaint, dismissError]);
  return (
    <div className={styles.place}>
      <div className={styles.notice} hidden={!isShown}>
        <div className={styles.words}>
          <p className={styles.head}>
            {/* Read out once; the count beside it would be read out every second. */}
            <span role="status">
              {isShown && (online ? 'Parley is not answering.' : 'There is no network.')}
            </span>{' '}
            <span className={styles.next}>{next}</span>
          </p>
          <p className={styles.kept}>{kept}</p>
        </div>
        <Button onClick={retryNow}>Try now</Button>
      </div>
    </div>
  );
}
