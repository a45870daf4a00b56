export type Shortcut = 'talk' | 'mute' | 'stop' | 'type' | 'debug';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What has the focus when the key goes down. */
export type FocusKind = 'text' | 'control' | 'orb' | 'none';

/**
 * The shortcut a key press means, if any.
 *
 * While a person writes, every key belongs to the text. Space presses the control that has the
 * focus; only on the orb, or if nothing has it, does holding it talk.
 */
export function shortcutOf(press: KeyPress, focus: FocusKind): Shortcut | null {
  if (focus === 'text' || press.ctrlKey || press.metaKey || press.altKey) return null;
  switch (press.key.toLowerCase()) {
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
    default:
      return null;
  }
}
