import { useEffect, useEffectEvent, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useCallState, useCall } from '../../client/react/index.ts';
import { lostConversationOf } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { late } from '../../ui/late.tsx';
import { AccountMenu } from '../account/account-menu.tsx';
import { CallNotes } from './call-notes.tsx';
import { CallClock } from './call-clock.tsx';
import { refusalToMend } from './call-words.ts';
import { Composer } from './composer.tsx';
import { Controls, type ControlsProps } from './controls.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { MainOrb, useFocusKeeper } from './main-orb.tsx';
import { Welcome } from './welcome.tsx';
import styles from './call-screen.module.css';
import { usdText } from '../../lib/figures.ts';

const MicrophoneHelp = late(async () => (await import('./microphone-help.tsx')).MicrophoneHelp);
const HoldButton = late(async () => (await import('./hold-button.tsx')).HoldButton);
const CheckOfferNotice = late(
  async () => (await import('../check/check-offer-notice.tsx')).CheckOfferNotice,
);
// Fetched when a call begins, before there are words.
const Captions = late(async () => (await import('./captions.tsx')).Captions);
const RecordingMark = late(async () => (await import('./recording-mark.tsx')).RecordingMark);
const CallSummary = late(async () => (await import('./call-summary.tsx')).CallSummary);
const CallAsides = late(async () => (await import('./call-asides.tsx')).CallAsides);

interface CallScreenProps extends Omit<ControlsProps, 'onType'> {
  readonly onTyping: (open: boolean) => void;
  readonly onCheck: () => void;
  readonly onKeys: () => void;
}

/** The product: one orb, one line of state, the conversation, and five controls. */
export function CallScreen(props: CallScreenProps) {
  const controller = useCall();
  const refusal = useCallState(refusalToMend);
  const standing = useCallState((state) => state.standing.kind);
  const holds = useCallState((state) => state.holds);
  const isEmpty = useCallState((state) => state.conversation.length === 0);
  // A person who writes does without it: the advice leaves its room to the words.
  const refused = props.typing ? null : refusal;
  const orb = useFocusKeeper();
  // Words that do not fit are what a person looks at: the orb leaves them its room.
  const [isLong, setLong] = useState(false);
  const [draft, setDraft] = useState('');
  const [before, setBefore] = useState(standing);
  if (before !== standing) {
    setBefore(standing);
    // The person has signed out: another may be next.
    if (standing === 'none') setDraft('');
  }
  const closeComposer = useEffectEvent(() => props.onTyping(false));
  useEffect(() => {
    if (standing === 'over') closeComposer();
  }, [standing]);
  const areWordsFirst = props.typing || props.debugOpen || (standing === 'over' && !isEmpty);

  return (
    <main className={styles.screen}>
      <div className={styles.layout} data-long={isLong} data-words={areWordsFirst}>
        <header className={styles.header}>
          <h1 className={styles.wordmark}>Parley</h1>
          {standing === 'running' && <RecordingMark />}
          <span className={styles.figures}>
            <CallCost />
            <CallClock />
          </span>
        </header>
        <div className={styles.stage}>
          <MainOrb ref={orb} isAside={isLong} onType={() => props.onTyping(true)} />
          <CallNotes />
        </div>
        <div className={styles.below}>
          {refused !== null && (
            <MicrophoneHelp
              refusal={refused}
              onRetry={() => void controller.requestMicrophone()}
              onType={() => props.onTyping(true)}
            />
          )}
          {(standing !== 'none' || !isEmpty) && <Captions onFull={setLong} />}
          {isEmpty && refused === null && <Welcome />}
        </div>
        <div className={styles.reach}>
          {standing === 'running' && <CallAsides />}
          <ErrorNotice />
          {standing === 'over' && <CallOver />}
          {standing !== 'none' && <CheckOfferNotice onCheck={props.onCheck} />}
          {holds && <HoldButton />}
          {props.typing && (
            <Composer draft={draft} onDraft={setDraft} onClose={() => props.onTyping(false)} />
          )}
          <Controls {...props} onType={() => props.onTyping(!props.typing)} />
        </div>
        {/* Last, though it is seen at the top: a keyboard comes to the call first. */}
        <div className={styles.account}>
          <KeysButton onKeys={props.onKeys} />
          <AccountMenu />
        </div>
      </div>
    </main>
  );
}

/** What is left of a call, and the way back. */
function CallOver() {
  const controller = useCall();
  const isLost = useCallState((state) => lostConversationOf(state) !== null);
  return (
    <>
      <CallSummary />
      <span className={styles.again}>
        <Button look="primary" onClick={() => void controller.callAgain()}>
          <Icon name="phone" size={18} /> {isLost ? 'Go back to the call' : 'Call again'}
        </Button>
      </span>
    </>
  );
}

function KeysButton({ onKeys }: Pick<CallScreenProps, 'onKeys'>) {
  return (
    <span className={styles.keys}>
      <Button
        look="plain"
        shape="icon"
        aria-label="Shortcuts"
        aria-keyshortcuts="?"
        aria-haspopup="dialog"
        title="Shortcuts (?)"
        onClick={onKeys}
      >
        <Icon name="circle-question-mark" size={20} />
      </Button>
    </span>
  );
}

/** What the call has cost so far; nothing while it is free. */
function CallCost() {
  const text = useCallState(({ standing, cost }) =>
    standing.kind !== 'running' || cost === null || cost.usd === 0 ? null : usdText(cost.usd),
  );
  if (text === null) return null;
  return (
    <span>
      <span className="visually-hidden">Cost of the call so far: </span>
      {text}
    </span>
  );
}
