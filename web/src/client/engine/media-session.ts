import { pageBase } from '../../lib/page-base.ts';

/** Actions that TypeScript's library does not know yet. */
type CallAction = MediaSessionAction | 'togglemicrophone' | 'hangup';
type CallSession = Omit<MediaSession, 'setActionHandler'> & {
  setActionHandler(action: CallAction, handler: (() => void) | null): void;
  setMicrophoneActive?(active: boolean): Promise<void> | void;
};

export interface MediaSessionOptions {
  onMute(): void;
  onHangUp(): void;
}

/** What the system shows of the call: on the lock screen, on a headset's keys, in the tab's menu. */
export interface CallMediaSession {
  setMuted(muted: boolean): void;
}

/** Shows the call to the system until `signal`. */
export function showInSystem(
  signal: AbortSignal,
  { onMute, onHangUp }: MediaSessionOptions,
): CallMediaSession {
  const { mediaSession } = navigator as { readonly mediaSession?: CallSession };
  if (mediaSession === undefined) return { setMuted: () => {} };
  const session = mediaSession;
  const handlers: readonly (readonly [CallAction, () => void])[] = [
    ['togglemicrophone', onMute],
    ['hangup', onHangUp],
    // The one key of a headset.
    ['pause', onMute],
    ['play', onMute],
    ['stop', onHangUp],
  ];
  const handle = (isOver: boolean) => {
    for (const [action, handler] of handlers) {
      try {
        session.setActionHandler(action, isOver ? null : handler);
      } catch {
        // Browsers throw for actions that they do not know.
      }
    }
  };
  session.metadata = new MediaMetadata({
    title: 'A call with Parley',
    artwork: [{ src: `${pageBase()}/icons/icon-512.png`, sizes: '512x512', type: 'image/png' }],
  });
  session.playbackState = 'playing';
  handle(false);
  signal.addEventListener('abort', () => {
    handle(true);
    session.metadata = null;
    session.playbackState = 'none';
  });
  return {
    setMuted(muted) {
      void session.setMicrophoneActive?.(!muted);
    },
  };
}

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
