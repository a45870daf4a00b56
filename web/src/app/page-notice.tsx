import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { useCall, useController } from '../features/call/controller-context.ts';
import { Button } from '../ui/button.tsx';
import { missingParts, type Missing } from '../ui/late.tsx';
import { useOnline } from '../ui/use-online.ts';
import styles from './app.module.css';
import { olderBuild } from './older-build.ts';

/**
 * What the page has to say of itself: parts that it misses, and, outside of calls, that there is
 * another build. Takes no room; the conversation and the controls stay in reach.
 */
export function PageNotice() {
  const missing = useStore(missingParts);
  const isOlder = useStore(olderBuild);
  const standing = useCall((state) => state.standing);
  const online = useOnline();
  /** Missing parts, and ends of calls, whose notice the person has put away. */
  const [away, setAway] = useState<readonly object[]>([]);
  const parts = missing.filter((part) => !away.includes(part));
  const isOver = isOlder && standing.kind !== 'running';
  const saysOlder = isOver && (parts.length > 0 || !away.includes(standing));
  const dismiss = (): void => {
    for (const { onClose } of parts) onClose?.();
    setAway([...parts, standing]);
  };
  const advice = adviceFor(parts, standing.kind === 'running', online);
  return (
    <>
      {parts.length > 0 && (
        <div className={styles.place} role="alert">
          <Notice
            words={`${complaintOf(parts)} ${isOver ? OLDER_WORDS : advice}`}
            act={isOver ? reload : () => parts.forEach(({ onRetry }) => onRetry())}
            action={isOver ? 'Reload' : 'Try again'}
            takesFocus={parts.some(({ onClose }) => onClose !== undefined)}
            onDismiss={dismiss}
          />
        </div>
      )}
      <div className={styles.place} role="status">
        {parts.length === 0 && saysOlder && (
          <Notice words={OLDER_WORDS} action="Reload" act={reload} onDismiss={dismiss} />
        )}
      </div>
    </>
  );
}

const OLDER_WORDS = 'Parley was updated.';

const reload = (): void => location.reload();

/** Names what the person has just wanted to open. */
function complaintOf(parts: readonly Missing[]): string {
  const opened = parts.findLast(({ onClose }) => onClose !== undefined);
  const named = parts.length === 1 ? parts[0] : opened;
  if (named === undefined) return 'Parts of this page could not be loaded.';
  return `${named.name} ${named.why === 'crashed' ? 'failed' : 'could not be loaded'}.`;
}

function adviceFor(parts: readonly Missing[], isRunning: boolean, online: boolean): string {
  if (!online) return 'There is no network.';
  if (isRunning) return 'The call goes on.';
  return parts.every(({ why }) => why === 'crashed') ? '' : 'Check the connection.';
}

interface NoticeProps {
  readonly words: string;
  readonly action: string;
  readonly act: () => void;
  readonly onDismiss: () => void;
  /** It stands in the place of something that would have taken the focus. */
  readonly takesFocus?: boolean;
}

function Notice({ words, action, act, onDismiss, takesFocus = false }: NoticeProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    const opener = document.activeElement;
    button.current?.focus();
    return () => {
      // It is gone with the button, unless the person has moved it.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, [takesFocus]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onDismiss();
  };
  return (
    <div className={styles.notice}>
      <p>{words}</p>
      <Button ref={button} onClick={act} onKeyDown={onKeyDown}>
        {action}
      </Button>
      <Button
        look="plain"
        shape="icon"
        aria-label="Dismiss"
        onClick={onDismiss}
        onKeyDown={onKeyDown}
      >
        <X aria-hidden="true" size={18} />
      </Button>
    </div>
  );
}

/** In the place of a page that cannot be shown: a call that goes on behind it can be ended. */
export function Trouble(props: { readonly words: string; readonly children: ReactNode }) {
  const controller = useController();
  const isRunning = useCall(({ standing }) => standing.kind === 'running');
  const box = useRef<HTMLDivElement>(null);
  // What had the focus is gone: a keyboard goes on with the buttons.
  useEffect(() => box.current?.focus(), []);
  return (
    <main className={styles.trouble}>
      <div ref={box} role="alert" tabIndex={-1}>
        <h1>{props.words}</h1>
        {isRunning && <p>The call goes on.</p>}
        {props.children}
        {isRunning && (
          <Button look="danger" onClick={() => void controller.endCall()}>
            Hang up
          </Button>
        )}
      </div>
    </main>
  );
}
