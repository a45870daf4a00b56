import { useEffect, useState } from 'react';
import { useCallState } from '../../client/react/index.ts';

/** How long the call has lasted. */
export function CallClock() {
  const sinceMs = useCallState((state) => state.talkSinceMs);
  const nowMs = useNow(sinceMs !== null);
  if (sinceMs === null) return null;
  return (
    <span role="timer" aria-label="Length of the call">
      {clockText(nowMs - sinceMs)}
    </span>
  );
}

/** What the page's clock says, each second anew while that is wanted. */
export function useNow(isWanted = true): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isWanted) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isWanted]);
  return nowMs;
}

/** A duration as `m:ss`, or `h:mm:ss` from an hour on. */
export function clockText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0
    ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
