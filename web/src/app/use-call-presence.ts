import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useController } from '../features/call/controller-context.ts';

/** While a call runs the screen stays on, and the system shows it. */
export function useCallPresence(): void {
  const controller = useController();
  const isRunning = useStore(controller.call, (state) => state.standing.kind === 'running');
  useEffect(() => {
    if (!isRunning) return;
    const over = new AbortController();
    // A call whose relay is gone before it is fetched goes on without.
    void import('./call-presence.ts').then(
      ({ showCall }) => over.signal.aborted || showCall(controller, over.signal),
      () => {},
    );
    return () => over.abort();
  }, [controller, isRunning]);
}
