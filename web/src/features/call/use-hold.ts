import { useCallback, useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useCall } from '../../client/react/index.ts';

/**
 * Push-to-talk by a finger, a mouse or the keyboard on one element. The hold ends with the finger,
 * and with everything that takes the finger away: a scroll, a call, another window, the element's
 * own disappearance. A person must never go on being heard without holding.
 */
export function useHold(enabled: boolean) {
  const controller = useCall();
  const held = useRef<number | 'keyboard' | null>(null);
  const release = useCallback((): void => {
    if (held.current === null) return;
    held.current = null;
    controller.holdToTalk(false);
  }, [controller]);
  useEffect(() => {
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') release();
    };
    addEventListener('blur', release);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      release();
      removeEventListener('blur', release);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [release]);
  const take = (by: number | 'keyboard'): void => {
    held.current = by;
    controller.holdToTalk(true);
  };
  const letGo = (event: PointerEvent): void => {
    if (event.pointerId === held.current) release();
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      // A second finger, or another button of the mouse, is not the one that holds.
      if (!enabled || held.current !== null || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      take(event.pointerId);
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onLostPointerCapture: letGo,
    onKeyDown(event: KeyboardEvent): void {
      if (!enabled || event.repeat || held.current !== null) return;
      if (event.key !== ' ' && event.key !== 'Enter') return;
      event.preventDefault();
      take('keyboard');
    },
    onKeyUp: (): void => {
      if (held.current === 'keyboard') release();
    },
    onBlur: release,
    // A long press would open the menu, and take the finger.
    onContextMenu: (event: { preventDefault(): void }): void => {
      if (enabled) event.preventDefault();
    },
  };
}
