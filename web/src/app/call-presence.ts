import { type Call, keepScreenOn, showInSystem } from '../client/index.ts';

/** Until `signal` the screen stays on, and the system shows the call. */
export function showCall(controller: Call, signal: AbortSignal): void {
  const { state: call } = controller;
  keepScreenOn(signal);
  const shown = showInSystem(signal, {
    onMute: () => controller.setMuted(!call.getState().muted),
    onHangUp: () => void controller.hangUp(),
  });
  const unsubscribe = call.subscribe(({ muted }, before) => {
    if (muted !== before.muted) shown.setMuted(muted);
  });
  signal.addEventListener('abort', unsubscribe);
}
