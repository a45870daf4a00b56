import { useEffect } from 'react';
import { useStore } from 'zustand';
import { showInSystem } from '../engine/media-session.ts';
import { keepScreenOn } from '../engine/wake-lock.ts';
import { useController } from '../store/controller-context.ts';

/** While a call runs the screen stays on, and the system shows it. */
export function useCallPresence(): void {
  const controller = useController();
  const isRunning = useStore(controller.call, (state) => state.standing.kind === 'running');
  useEffect(() => {
    if (!isRunning) return;
    const over = new AbortController();
    const { call } = controller;
    keepScreenOn(over.signal);
    const shown = showInSystem(over.signal, {
      onMute: () => controller.setMuted(!call.getState().muted),
      onHangUp: () => void controller.endCall(),
    });
    const unsubscribe = call.subscribe(({ muted }, before) => {
      if (muted !== before.muted) shown.setMuted(muted);
    });
    return () => {
      over.abort();
      unsubscribe();
    };
  }, [controller, isRunning]);
}
