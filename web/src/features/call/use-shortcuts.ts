import { useEffect, useEffectEvent } from 'react';
import { shortcutOf, type FocusKind, type Shortcut } from './shortcuts.ts';

/**
 * Listens for the call's shortcuts while `enabled`; releasing the page releases the held key.
 *
 * @param talk says whether talking is possible now
 */
export function useShortcuts(
  enabled: boolean,
  act: (shortcut: Exclude<Shortcut, 'talk'>) => void,
  talk: (held: boolean) => boolean,
): void {
  const onShortcut = useEffectEvent(act);
  const onTalk = useEffectEvent(talk);

  useEffect(() => {
    if (!enabled) return;
    let talking = false;
    const release = (): void => {
      if (talking) onTalk(false);
      talking = false;
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const shortcut = shortcutOf(event, focusKindOf(event.target));
      if (shortcut === null) return;
      if (shortcut !== 'talk') {
        if (!event.repeat) onShortcut(shortcut);
        return;
      }
      if (!talking) talking = onTalk(true);
      // Otherwise the space bar would scroll, or press the orb when it is let go.
      if (talking) event.preventDefault();
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key !== ' ' || !talking) return;
      event.preventDefault();
      release();
    };
    addEventListener('keydown', onKeyDown);
    addEventListener('keyup', onKeyUp);
    addEventListener('blur', release);
    return () => {
      release();
      removeEventListener('keydown', onKeyDown);
      removeEventListener('keyup', onKeyUp);
      removeEventListener('blur', release);
    };
  }, [enabled]);
}

function focusKindOf(target: EventTarget | null): FocusKind {
  if (!(target instanceof HTMLElement)) return 'none';
  if (target.isContentEditable || target.matches('textarea, select, input:not([type=range])')) {
    return 'text';
  }
  if (target.closest('[data-orb]') !== null) return 'orb';
  return target.closest('button, a, input, summary, [role=separator], [tabindex="0"]') === null
    ? 'none'
    : 'control';
}
