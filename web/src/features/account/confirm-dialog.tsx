import { useState, type ReactNode } from 'react';
import * as AlertDialog from '@radix-ui/react-alert-dialog';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import dialog from '../../ui/dialog-frame.module.css';
import { useAction } from './use-action.ts';
import styles from './confirm-dialog.module.css';

interface ConfirmDialogProps {
  /** The button that asks. */
  readonly trigger: ReactNode;
  readonly title: string;
  /** What happens if it is confirmed. */
  readonly text: ReactNode;
  /** Names of the two answers. */
  readonly keep: string;
  readonly action: string;
  readonly look?: 'danger' | 'primary';
  /** Done once it is confirmed; if it cannot be done, the dialog says why. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly onDone?: () => void;
}

/** Does what cannot be taken back once it has been said what that is. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { trigger, title, text, keep, action, look = 'danger' } = props;
  const { isRunning, complaint, run } = useAction();
  const [isOpen, setOpen] = useState(false);
  const confirm = async (): Promise<void> => {
    if (!(await run(props.work))) return;
    setOpen(false);
    props.onDone?.();
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={setOpen}>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        {/* Radix's own overlay puts a style element into the page, which the policy forbids. */}
        <div className={dialog.backdrop} aria-hidden="true" />
        <AlertDialog.Content className={dialog.dialog} aria-modal="true">
          <div className={styles.body}>
            <AlertDialog.Title className={dialog.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description className={styles.text}>{text}</AlertDialog.Description>
            <Complaint>{complaint}</Complaint>
            <div className={styles.actions}>
              <AlertDialog.Cancel asChild>
                <Button>{keep}</Button>
              </AlertDialog.Cancel>
              <Button look={look} disabled={isRunning} onClick={() => void confirm()}>
                {isRunning ? 'One moment' : action}
              </Button>
            </div>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
