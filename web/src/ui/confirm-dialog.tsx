import type { ReactNode } from 'react';
import { AlertDialog } from 'radix-ui';
import { Button } from './button.tsx';
import dialog from './dialog-frame.module.css';
import styles from './confirm-dialog.module.css';

interface ConfirmDialogProps {
  /** The button that asks. */
  readonly trigger: ReactNode;
  readonly title: string;
  /** What happens if it is confirmed. */
  readonly text: ReactNode;
  /** Why it could not be done; null if nothing was tried or it went well. */
  readonly complaint: string | null;
  /** Names of the two answers. */
  readonly keep: string;
  readonly action: string;
  readonly look?: 'danger' | 'primary';
  readonly isBusy: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onConfirm: () => void;
}

/** Does what cannot be taken back once it has been said what that is. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { trigger, title, text, complaint, keep, action, look = 'danger' } = props;
  return (
    <AlertDialog.Root open={props.isOpen} onOpenChange={props.onOpen}>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        {/* Radix's own overlay puts a style element into the page, which the policy forbids. */}
        <div className={dialog.backdrop} aria-hidden="true" />
        <AlertDialog.Content className={dialog.dialog} aria-modal="true">
          <div className={styles.body}>
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description className={styles.text}>{text}</AlertDialog.Description>
            {complaint !== null && (
              <p className={styles.complaint} role="alert">
                {complaint}
              </p>
            )}
            <div className={styles.actions}>
              <AlertDialog.Cancel asChild>
                <Button>{keep}</Button>
              </AlertDialog.Cancel>
              <Button look={look} disabled={props.isBusy} onClick={props.onConfirm}>
                {action}
              </Button>
            </div>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
