import { useEffect, useEffectEvent, useState } from 'react';
import { useStore } from 'zustand';
import { useCall, useCallState } from '../client/react/index.ts';
import { CallClock } from '../features/call/call-clock.tsx';
import { CallNotes } from '../features/call/call-notes.tsx';
import { refusalToMend } from '../features/call/call-words.ts';
import screen from '../features/call/call-screen.module.css';
import { Composer } from '../features/call/composer.tsx';
import { Control, MicrophoneControl } from '../features/call/controls.tsx';
import { ErrorNotice } from '../features/call/error-notice.tsx';
import { MainOrb, useFocusKeeper } from '../features/call/main-orb.tsx';
import { useShortcuts, type Shortcut } from '../features/call/use-shortcuts.ts';
import { pageBase } from '../lib/page-base.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { late } from '../ui/late.tsx';
import styles from './embedded-call.module.css';

const Captions = late(async () => (await import('../features/call/captions.tsx')).Captions);
const MicrophoneHelp = late(
  async () => (await import('../features/call/microphone-help.tsx')).MicrophoneHelp,
);
const HoldButton = late(async () => (await import('../features/call/hold-button.tsx')).HoldButton);
const CallAsides = late(async () => (await import('../features/call/call-asides.tsx')).CallAsides);
const AccountDialog = late(
  async () => (await import('../features/account/account-dialog.tsx')).AccountDialog,
);

const GREETING = 'A voice you can talk to, and interrupt.';

interface EmbedCardProps {
  readonly label: string | null;
  readonly greeting: string | null;
  /** Asks the page for the card's room. */
  readonly onSize?: () => void;
  /** undefined: the card stays. */
  readonly onClose?: () => void;
}

/** The call screen as it fits a card in another page. */
export function EmbedCard({ label, greeting, onSize, onClose }: EmbedCardProps) {
  const call = useCall();
  const standing = useCallState((state) => state.standing.kind);
  const isEmpty = useCallState((state) => state.conversation.length === 0);
  const holds = useCallState((state) => state.holds);
  const refusal = useCallState(refusalToMend);
  const question = useStore(call.account.store, (state) => state.question);
  const [isTyping, setTyping] = useState(false);
  const [draft, setDraft] = useState('');
  const orb = useFocusKeeper();
  const refused = isTyping ? null : refusal;

  // What there is to read has the room as soon as there is any.
  const areWordsFirst = !isEmpty || refused !== null;
  const askForRoom = useEffectEvent(() => onSize?.());
  useEffect(() => {
    askForRoom();
    // What opened the card is gone; without the person in the frame the page keeps the focus.
    if (document.hasFocus()) orb.current?.focus();
  }, [orb]);
  useCardKeys(question === null, isTyping, setTyping, onClose);

  return (
    <main
      className={`${screen.screen} ${styles.card}`}
      // The page around it has a main part, too.
      aria-label={label ?? 'Voice call'}
      data-stays={onClose === undefined}
    >
      <div className={screen.layout} data-long={areWordsFirst} data-words={isTyping}>
        <header className={screen.header}>
          <h1 className={screen.wordmark}>
            <bdi>{label ?? 'Parley'}</bdi>
          </h1>
          <span className={screen.figures}>
            <CallClock />
          </span>
        </header>
        <div className={screen.stage}>
          <MainOrb ref={orb} isAside={areWordsFirst} onType={() => setTyping(true)} />
          <CallNotes />
        </div>
        <div className={screen.below}>
          {refused !== null && (
            <MicrophoneHelp
              refusal={refused}
              onRetry={() => void call.requestMicrophone()}
              onType={() => setTyping(true)}
            />
          )}
          {isEmpty ? (
            refusal === null && (
              <p className={styles.greeting} dir="auto">
                {greeting ?? GREETING}
              </p>
            )
          ) : (
            <Captions onFull={takeNoMore} />
          )}
          {question === 'sign-in' && <SignInElsewhere />}
        </div>
        <div className={screen.reach}>
          {standing === 'running' && <CallAsides />}
          <ErrorNotice />
          {holds && <HoldButton />}
          {isTyping && (
            <Composer draft={draft} onDraft={setDraft} onClose={() => setTyping(false)} />
          )}
          <CardControls isTyping={isTyping} onTyping={setTyping} />
        </div>
        {onClose !== undefined && (
          <div className={screen.account}>
            <Button
              look="plain"
              shape="icon"
              aria-label={standing === 'running' ? 'Put away; the call goes on' : 'Close'}
              title="Close (Esc)"
              onClick={onClose}
            >
              <Icon name="x" size={20} />
            </Button>
          </div>
        )}
      </div>
      {question === 'access-code' && <AccountDialog onClose={() => call.account.dismiss()} />}
    </main>
  );
}

/** The keys of the call screen, while the person is in the frame. */
function useCardKeys(
  isEnabled: boolean,
  isTyping: boolean,
  onTyping: (isTyping: boolean) => void,
  onClose: (() => void) | undefined,
): void {
  const call = useCall();
  const onShortcut = (shortcut: Exclude<Shortcut, 'talk'>): void => {
    const { muted, phase } = call.state.getState();
    if (shortcut === 'mute') call.setMuted(!muted);
    if (shortcut === 'type') onTyping(true);
    if (shortcut !== 'stop') return;
    // One meaning at a time: what lies closest comes first.
    if (isTyping) onTyping(false);
    else if (phase === 'speaking' || phase === 'thinking') call.interrupt();
    else onClose?.();
  };
  const onTalk = (held: boolean): boolean => {
    const { standing, microphone } = call.state.getState();
    const isPossible = standing.kind === 'running' && microphone.kind === 'granted';
    if (isPossible || !held) call.holdToTalk(held);
    return isPossible;
  };
  useShortcuts(isEnabled, onShortcut, onTalk);
}

interface CardControlsProps {
  readonly isTyping: boolean;
  readonly onTyping: (isTyping: boolean) => void;
}

function CardControls({ isTyping, onTyping }: CardControlsProps) {
  const call = useCall();
  const standing = useCallState((state) => state.standing.kind);
  return (
    <nav className={styles.controls} aria-label="Call controls">
      {standing === 'running' ? <MicrophoneControl /> : <span />}
      <Control
        name="Type"
        keys="T"
        icon="keyboard"
        onPress={() => onTyping(!isTyping)}
        expanded={isTyping}
      />
      {standing === 'running' ? (
        <Control name="Hang up" icon="phone-off" look="danger" onPress={() => void call.hangUp()} />
      ) : (
        <span />
      )}
    </nav>
  );
}

/** The words have all the room that there is already. */
function takeNoMore(): void {}

/** Services that sign people in refuse to be framed. */
function SignInElsewhere() {
  return (
    <p className={styles.greeting} role="alert">
      Signing in is not possible within another page.{' '}
      <a href={`${pageBase()}/`} target="_blank" rel="noreferrer">
        Open Parley
      </a>
    </p>
  );
}
