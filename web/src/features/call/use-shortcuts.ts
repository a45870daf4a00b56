import { useEffect, useEffectEvent } from 'react';

export type Shortcut = 'talk' | 'mute' | 'stop' | 'type' | 'debug' | 'help';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What has the focus when the key goes down. */
type FocusKind = 'text' | 'control' | 'orb' | 'none';

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
        // The letter would be typed into the field that it opens.
        if (shortcut === 'type') event.preventDefault();
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

/**
 * The shortcut a key press means, if any.
 *
 * While a person writes, every key but Escape belongs to the text. Space presses the control that has the
 * focus; only on the orb, or if nothing has it, does holding it talk.
 */
export function shortcutOf(press: KeyPress, focus: FocusKind): Shortcut | null {
  const key = press.key.toLowerCase();
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (focus === 'text' && key !== 'escape') return null;
  switch (key) {
    case ' ':
      return focus === 'control' ? null : 'talk';
    case 'm':
      return 'mute';
    case 'escape':
      return 'stop';
    case 't':
      return 'type';
    case 'd':
      return 'debug';
    case '?':
      return 'help';
    default:
      return null;
  }
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
