import { Trash2 } from 'lucide-react';
import { AlertDialog } from 'radix-ui';
import { useLocation } from 'wouter';
import type { ConversationDetail } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { countText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { useAction } from '../account/use-action.ts';
import dialog from '../../ui/dialog-frame.module.css';
import styles from './delete-button.module.css';

/** Deletes the conversation, once it has been said what goes with it. */
export function DeleteButton({ conversation }: { readonly conversation: ConversationDetail }) {
  const { api, list } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [, navigate] = useLocation();
  const { id, title, turns } = conversation;
  const remove = async (): Promise<void> => {
    if (!(await run((signal) => api.remove(id, signal)))) return;
    list.changed(id, null);
    navigate(PAGE_PATHS.history, { replace: true });
  };
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>
        <Button look="plain">
          <Trash2 aria-hidden="true" size={18} /> Delete
        </Button>
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        {/* Radix's own overlay puts a style element into the page, which the policy forbids. */}
        <div className={dialog.backdrop} aria-hidden="true" />
        <AlertDialog.Content className={dialog.dialog} aria-modal="true">
          <div className={styles.body}>
            <AlertDialog.Title className={styles.title}>
              Delete this conversation?
            </AlertDialog.Title>
            <AlertDialog.Description className={styles.text}>
              “{title}” with {countText(turns.length, 'turn', 'turns')}
              {conversation.has_recording && ' and its recording'} will be gone for good.
            </AlertDialog.Description>
            {complaint !== null && (
              <p className={styles.complaint} role="alert">
                {complaint}
              </p>
            )}
            <div className={styles.actions}>
              <AlertDialog.Cancel asChild>
                <Button>Keep it</Button>
              </AlertDialog.Cancel>
              <Button look="danger" disabled={isRunning} onClick={() => void remove()}>
                Delete
              </Button>
            </div>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
