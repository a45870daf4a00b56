import { useMemo, useState } from 'react';
import { Phone, Trash2 } from 'lucide-react';
import { useLocation } from 'wouter';
import type { ConversationDetail } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useCall, useController } from '../call/controller-context.ts';
import { earlierConversation } from '../../client/index.ts';
import { createRemote } from '../account/remote.ts';
import { dayText, timeText } from '../../lib/dates.ts';
import { countText, durationText, usdText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { LoadingState, ProblemState, StaleNote } from '../account/page-state.tsx';
import { useRemote } from '../account/use-remote.ts';
import { LiveMark } from './conversation-row.tsx';
import { ExportMenu } from './export-menu.tsx';
import { RecordingPlayer } from './recording-player.tsx';
import { TitleEditor } from './title-editor.tsx';
import { Transcript } from './transcript.tsx';
import styles from './conversation-page.module.css';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useAction } from '../account/use-action.ts';

const TO_HISTORY = { path: PAGE_PATHS.history, name: 'Back to the history' };

/** One kept conversation: to be read, heard, renamed, taken along, deleted or gone on with. */
export function ConversationPage({ id }: { readonly id: string }) {
  const { api, list } = useAccountPages();
  const remote = useMemo(() => createRemote((signal) => api.conversation(id, signal)), [api, id]);
  const state = useRemote(remote);
  const onRetry = (): void => void remote.load();
  const onRenamed = (title: string): void => {
    remote.change((conversation) => ({ ...conversation, title }));
    list.changed(id, { title });
  };
  return (
    <PageFrame title="Conversation" back={TO_HISTORY}>
      {state.kind === 'loading' && <LoadingState rows={4} />}
      {state.kind === 'failed' && (
        <ProblemState
          problem={state.problem}
          onRetry={onRetry}
          missing="There is no such conversation"
        />
      )}
      {state.kind === 'ready' && (
        <>
          {state.problem !== null && <StaleNote problem={state.problem} onRetry={onRetry} />}
          <Conversation conversation={state.value} onRenamed={onRenamed} />
        </>
      )}
    </PageFrame>
  );
}

interface ConversationProps {
  readonly conversation: ConversationDetail;
  readonly onRenamed: (title: string) => void;
}

function Conversation({ conversation, onRenamed }: ConversationProps) {
  const { id, title, started_at: startedAt, duration_s, turns, cost_usd } = conversation;
  return (
    <article aria-labelledby="conversation-title">
      <TitleEditor id={id} title={title} onRenamed={onRenamed} />
      <p className={styles.facts}>
        <time dateTime={startedAt}>
          {dayText(startedAt)}, {timeText(startedAt)}
        </time>
        <span>{durationText(duration_s)}</span>
        <span>{countText(turns.length, 'turn', 'turns')}</span>
        {cost_usd > 0 && <span>{usdText(cost_usd)}</span>}
        {conversation.is_live && <LiveMark />}
      </p>
      <div className={styles.actions}>
        <ContinueButton conversation={conversation} />
        <ExportMenu id={id} title={title} />
        <DeleteButton conversation={conversation} />
      </div>
      {conversation.has_recording && <RecordingPlayer id={id} />}
      <Transcript conversation={conversation} />
    </article>
  );
}

/** Goes on with the conversation in a call; or leads to the call, if that is what it does already. */
function ContinueButton({ conversation }: { readonly conversation: ConversationDetail }) {
  const controller = useController();
  const [, navigate] = useLocation();
  const isHere = useCall(
    ({ standing, session, continues }) =>
      standing.kind === 'running' &&
      (continues === conversation.id || conversation.sessions.some(({ id }) => id === session?.id)),
  );
  const onPress = (): void => {
    if (!isHere) void controller.startCall({ earlier: earlierConversation(conversation) });
    navigate('/');
  };
  return (
    <Button look="primary" onClick={onPress}>
      <Phone aria-hidden="true" size={18} /> {isHere ? 'Back to the call' : 'Go on talking'}
    </Button>
  );
}

/** Deletes the conversation, once it has been said what goes with it. */
function DeleteButton({ conversation }: { readonly conversation: ConversationDetail }) {
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
