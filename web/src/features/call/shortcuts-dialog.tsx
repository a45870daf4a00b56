import { DialogFrame } from '../../ui/dialog-frame.tsx';
import styles from './shortcuts-dialog.module.css';

const SHORTCUTS = [
  { keys: 'Space', name: 'space bar', use: 'Talk for as long as you hold it' },
  { keys: 'Esc', name: 'escape', use: 'Close what is open, else stop the answer; never hangs up' },
  { keys: 'M', name: 'm', use: 'Mute, and unmute' },
  { keys: 'T', name: 't', use: 'Type a message' },
  { keys: 'D', name: 'd', use: 'Debug panel' },
  { keys: '?', name: 'question mark', use: 'These shortcuts' },
] as const;

/** What the keyboard does in a call. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <DialogFrame title="Shortcuts" onClose={onClose}>
      <dl className={styles.list}>
        {SHORTCUTS.map(({ keys, name, use }) => (
          <div key={keys} className={styles.row}>
            <dt>
              <kbd className={styles.key} aria-hidden="true">
                {keys}
              </kbd>
              <span className="visually-hidden">{name}</span>
            </dt>
            <dd className={styles.use}>{use}</dd>
          </div>
        ))}
      </dl>
      <p className={`quiet ${styles.note}`}>
        To interrupt an answer you need no key: talk, and Parley stops. While you type, every key
        belongs to your text.
      </p>
    </DialogFrame>
  );
}
