import { useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { Link } from 'wouter';
import { useCallState, useCall, useSettings } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { CallClock } from './call-clock.tsx';
import { stateLineOf } from './call-words.ts';
import { ErrorNotice } from './error-notice.tsx';
import styles from './call-bar.module.css';

/** The call goes on while another page is read: what it does, and the way back to it. */
export function CallBar() {
  const controller = useCall();
  const online = useOnline();
  const standing = useCallState((state) => state.standing.kind);
  const interruption = useSettings((settings) => settings.interruption);
  const line = useCallState((state) => stateLineOf(state, online, interruption));
  const muted = useCallState((state) => state.muted);
  const hears = useCallState((state) => state.microphone.kind === 'granted');
  const [sawCall, setSawCall] = useState(false);
  if (standing === 'running' && !sawCall) setSawCall(true);
  // An earlier call that was over before is of no interest here.
  if (standing !== 'running' && !sawCall) return null;
  const isRunning = standing === 'running';
  return (
    <aside className={styles.bar} aria-label="Your call" data-running={isRunning}>
      <ErrorNotice />
      <div className={styles.row}>
        <Link href="/" className={styles.back}>
          <Icon name="arrow-left" size={18} />
          <span className={styles.words}>
            <span className={styles.title}>
              Back to the call <CallClock />
            </span>
            <span className={`quiet ${styles.line}`} role="status">
              {line}
            </span>
          </span>
        </Link>
        {isRunning && hears && (
          <Button
            shape="icon"
            aria-label={muted ? 'Unmute' : 'Mute'}
            onClick={() => controller.setMuted(!muted)}
          >
            {muted ? <Icon name="mic-off" size={19} /> : <Icon name="mic" size={19} />}
          </Button>
        )}
        {isRunning && (
          <Button shape="icon" aria-label="Hang up" onClick={() => void controller.hangUp()}>
            <Icon name="phone-off" size={19} />
          </Button>
        )}
      </div>
    </aside>
  );
}
