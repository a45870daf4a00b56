import { useEffect, useEffectEvent, useRef, useState, type Ref, type RefObject } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useShallow } from 'zustand/react/shallow';
import { useCallState, useCall, useSettings } from '../../client/react/index.ts';
import { lostConversationOf } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { late } from '../../ui/late.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { AccountMenu } from '../account/account-menu.tsx';
import { CallNotes } from './call-notes.tsx';
import { CallClock } from './call-clock.tsx';
import { announcementOf, stateLineOf } from './call-words.ts';
import { Composer } from './composer.tsx';
import { Controls, type ControlsProps } from './controls.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { Orb } from './orb.tsx';
import { orbRoleOf } from './orb-role.ts';
import { useHold } from './use-hold.ts';
import { Welcome } from './welcome.tsx';
import styles from './call-screen.module.css';
import { usdText } from '../../lib/figures.ts';
import orbStyles from './orb.module.css';

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
const TimerRing = late(async () => (await import('./call-asides.tsx')).TimerRing);

interface CallScreenProps extends Omit<ControlsProps, 'onType'> {
  readonly onTyping: (open: boolean) => void;
  readonly onCheck: () => void;
  readonly onKeys: () => void;
}

/** The product: one orb, one line of state, the conversation, and five controls. */
export function CallScreen(props: CallScreenProps) {
  const controller = useCall();
  const microphone = useCallState((state) => state.microphone);
  const standing = useCallState((state) => state.standing.kind);
  const holds = useCallState((state) => state.holds);
  const isEmpty = useCallState((state) => state.conversation.length === 0);
  // A person who writes does without it: the advice leaves its room to the words.
  const isAdvised = standing === 'running' && !props.typing && microphone.kind === 'refused';
  const refused = isAdvised ? microphone.refusal : null;
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

/**
 * Puts the focus on the orb if the control that had it went away with the state it belonged to
 * (“Hang up”, “Try again”): a keyboard must not begin again at the top of the page.
 */
function useFocusKeeper(): RefObject<HTMLButtonElement | null> {
  const { state: call } = useCall();
  const orb = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    let focused: Element | null = null;
    const onFocus = (event: FocusEvent): void => {
      focused = event.target instanceof Element ? event.target : null;
    };
    document.addEventListener('focusin', onFocus);
    const unsubscribe = call.subscribe(() => {
      // After React has taken the control away.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body || focused?.isConnected !== false) return;
        orb.current?.focus();
      });
    });
    return () => {
      document.removeEventListener('focusin', onFocus);
      unsubscribe();
    };
  }, [call]);
  return orb;
}

/** How long the line of state says what pressing the orb did not do. */
const EXPLAINED_MS = 2_000;

/** @param props.hint - said in place of the state; null if there is none */
function StateLine({ hint, isAside }: { readonly hint: string | null; readonly isAside: boolean }) {
  const online = useOnline();
  const interruption = useSettings((settings) => settings.interruption);
  const line = useCallState((state) => hint ?? stateLineOf(state, online, interruption));
  const announcement = useCallState((state) => hint ?? announcementOf(state, online));
  const isTimed = useCallState((state) => state.timer !== null);
  return (
    <>
      {/* In another place, and with other words, it is another element: it fades in, and nothing slides. */}
      <p key={`${isAside}`} id="call-state" className={styles.state}>
        <span key={line} className={styles.line}>
          {line}
        </span>
        {isTimed && <TimerRing />}
      </p>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

interface MainOrbProps {
  readonly ref: Ref<HTMLButtonElement>;
  /** Beside its line rather than above it. */
  readonly isAside: boolean;
  readonly onType: () => void;
}

function MainOrb({ ref, isAside, onType }: MainOrbProps) {
  const controller = useCall();
  // Compared piece by piece, so that a new caption does not render the orb.
  const { mood, action, label, icon } = useCallState(useShallow(orbRoleOf));
  const hold = useHold(action === 'hold');
  const [isExplained, setExplained] = useState(false);

  const press = (): void => {
    switch (action) {
      case 'start':
        return void controller.callAgain();
      case 'ask-microphone':
        return void controller.requestMicrophone();
      case 'finish':
        return controller.finishTurn();
      case 'explain':
        setExplained(true);
        return void setTimeout(() => setExplained(false), EXPLAINED_MS);
      case 'unmute':
        return controller.setMuted(false);
      case 'stop-speaking':
        return controller.interrupt();
      case 'type':
        return onType();
      case 'hold':
    }
  };
  return (
    <>
      <Orb
        ref={ref}
        mood={mood}
        label={label}
        aria-describedby="call-state"
        aria-keyshortcuts="Space"
        data-orb=""
        icon={icon}
        ring={<EndOfTurnRing />}
        data-action={action}
        {...hold}
        // The second click of two would stop the answer that the first one asks for.
        onClick={({ detail }) => detail < 2 && press()}
      />
      <StateLine hint={isExplained && action === 'explain' ? label : null} isAside={isAside} />
    </>
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

/** While the person pauses: fills until their turn is taken as over, and goes if they go on. */
function EndOfTurnRing() {
  const prediction = useCallState((state) => state.endOfTurn);
  if (prediction === null) return null;
  const { delayMs, elapsedMs } = prediction;
  return (
    <svg className={orbStyles.ring} viewBox="0 0 100 100" aria-hidden="true" data-ring="">
      <circle
        // Another prediction is another run of the animation.
        key={`${delayMs} ${elapsedMs}`}
        cx="50"
        cy="50"
        r="49"
        pathLength="1"
        style={{ animationDuration: `${delayMs}ms`, animationDelay: `-${elapsedMs}ms` }}
      />
    </svg>
  );
}
