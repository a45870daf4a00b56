import { useEffect, useState } from 'react';
import { useCall } from '../../store/controller-context.ts';
import { clockText } from './clock-text.ts';

/** How long the call has lasted. */
export function CallClock() {
  const sinceMs = useCall((state) => state.sessionSinceMs);
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (sinceMs === null) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [sinceMs]);
  if (sinceMs === null) return null;
  return (
    <span role="timer" aria-label="Length of the call">
      {clockText(nowMs - sinceMs)}
    </span>
  );
}
