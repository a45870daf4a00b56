import { useCallback, useSyncExternalStore } from 'react';
import { useCall } from './call-provider.tsx';

/**
 * How loud the microphone is now, 0–1 and perceptual; 0 without a call. Renders the component that
 * uses it up to thirty times a second, never twice within a frame, and not while the page is hidden.
 *
 * @example
 * const level = useMicrophoneLevel();
 * return <div style={{ transform: `scaleX(${level})` }} />;
 */
export function useMicrophoneLevel(): number {
  const { levels } = useCall();
  const subscribe = useCallback(
    (onChange: () => void) => {
      let frame = 0;
      const unsubscribe = levels.subscribe(() => {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(onChange);
      });
      return () => {
        unsubscribe();
        cancelAnimationFrame(frame);
      };
    },
    [levels],
  );
  const now = () => levels.getState().microphone;
  return useSyncExternalStore(subscribe, now, () => 0);
}
