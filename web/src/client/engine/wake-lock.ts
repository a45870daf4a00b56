/**
 * Keeps the screen on until `signal`: a phone that locks itself freezes the page, and the call.
 * Browsers let go whenever the page is hidden, so it is taken again when that is over.
 */
export function keepScreenOn(signal: AbortSignal): void {
  const { wakeLock } = navigator as { readonly wakeLock?: WakeLock };
  if (wakeLock === undefined) return;
  let held: WakeLockSentinel | undefined;
  let asking = false;
  const take = async () => {
    const isHeld = held !== undefined && !held.released;
    if (signal.aborted || isHeld || asking || document.visibilityState !== 'visible') return;
    asking = true;
    try {
      held = await wakeLock.request('screen');
      if (signal.aborted) await held.release();
    } catch {
      // A battery that is nearly empty, or a policy: the call goes on without the lock.
    } finally {
      asking = false;
    }
  };
  document.addEventListener('visibilitychange', () => void take(), { signal });
  signal.addEventListener('abort', () => void held?.release().catch(() => {}));
  void take();
}
