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
