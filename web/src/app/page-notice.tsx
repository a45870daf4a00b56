import { useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { useCallState, useCall } from '../client/react/index.ts';
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
  const parts = useStore(missingParts);
  const standing = useCallState((state) => state.standing);
  const isRunning = standing.kind === 'running';
  const isOlder = useStore(olderBuild) && !isRunning;
  const online = useOnline();
  /** After which call the person has put the news of another build away. */
  const [away, setAway] = useState<object | null>(null);
  const dismiss = (): void => {
    for (const { onClose } of parts) onClose?.();
    missingParts.setState([], true);
    setAway(standing);
  };
  const words = [
    parts.length > 0 && 'Part of this page could not be shown.',
    parts.length > 0 && !online && 'There is no network.',
    parts.length > 0 && isRunning && 'The call goes on.',
    isOlder && (parts.length > 0 || away !== standing) && 'Parley was updated.',
  ].filter((sentence) => sentence !== false);
  return (
    <div className={styles.place} role="status">
      {words.length > 0 && (
        <div className={styles.notice}>
          <p>{words.join(' ')}</p>
          {isOlder ? (
            <Button onClick={() => location.reload()}>Reload</Button>
          ) : (
            <Button onClick={() => parts.forEach(({ onRetry }) => onRetry())}>Try again</Button>
          )}
          <Button look="plain" shape="icon" aria-label="Dismiss" onClick={dismiss}>
            <Icon name="x" size={18} />
          </Button>
        </div>
      )}
    </div>
  );
}

/** In the place of a page that cannot be shown: a call that goes on behind it can be ended. */
export function MissingPage({ onRetry }: Missing) {
  const [path, navigate] = useLocation();
  const controller = useCall();
  const isRunning = useCallState(({ standing }) => standing.kind === 'running');
  return (
    <main className="alone">
      <div role="alert">
        <h1>This page could not be shown.</h1>
        {isRunning && <p>The call goes on.</p>}
      </div>
      <Button onClick={onRetry}>Try again</Button>
      {path !== '/' && <Button onClick={() => navigate('/')}>To the call screen</Button>}
      {isRunning && (
        <Button look="danger" onClick={() => void controller.hangUp()}>
          Hang up
        </Button>
      )}
    </main>
  );
}
