import { useState } from 'react';
import { Trash2 } from 'lucide-react';
import { useLocation } from 'wouter';
import type { ConversationDetail } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { countText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { useAction } from '../account/use-action.ts';

/** Deletes the conversation, once it has been said what goes with it. */
export function DeleteButton({ conversation }: { readonly conversation: ConversationDetail }) {
  const { api, list } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [isAsking, setAsking] = useState(false);
  const [, navigate] = useLocation();
  const { id, title, turns } = conversation;
  const remove = async (): Promise<void> => {
    if (!(await run((signal) => api.remove(id, signal)))) return;
    list.changed(id, null);
    navigate(PAGE_PATHS.history, { replace: true });
  };
  return (
    <ConfirmDialog
      trigger={
        <Button look="plain">
          <Trash2 aria-hidden="true" size={18} /> Delete
        </Button>
      }
      title="Delete this conversation?"
      text={
        <>
          “{title}” with {countText(turns.length, 'turn', 'turns')}
          {conversation.has_recording && ' and its recording'} will be gone for good.
        </>
      }
      complaint={complaint}
      keep="Keep it"
      action="Delete"
      isBusy={isRunning}
      isOpen={isAsking}
      onOpen={setAsking}
      onConfirm={() => void remove()}
    />
  );
}
