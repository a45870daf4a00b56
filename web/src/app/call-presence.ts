import { showInSystem } from '../engine/media-session.ts';
import { keepScreenOn } from '../engine/wake-lock.ts';
import type { CallController } from '../store/call-controller.ts';

/** Until `signal` the screen stays on, and the system shows the call. */
export function showCall(controller: CallController, signal: AbortSignal): void {
  const { call } = controller;
  keepScreenOn(signal);
  const shown = showInSystem(signal, {
    onMute: () => controller.setMuted(!call.getState().muted),
    onHangUp: () => void controller.endCall(),
  });
  const unsubscribe = call.subscribe(({ muted }, before) => {
    if (muted !== before.muted) shown.setMuted(muted);
  });
  signal.addEventListener('abort', unsubscribe);
}
