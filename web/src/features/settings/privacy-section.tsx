import { useState } from 'react';
import { useStore } from 'zustand';
import type { Me } from '@parley/shared';
import type { AccountApi } from '../account/account-api.ts';
import { useCall, useCallState } from '../../client/react/index.ts';
import type { RemoteProblem } from '../account/remote.ts';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import { useAction } from '../account/use-action.ts';
import { useMe } from '../account/use-remote.ts';
import { fileNameOf, saveFile } from '../history/save-file.ts';
import styles from './privacy-section.module.css';
import { SwitchField } from './switch-field.tsx';

/** If the relay takes reports of the page's errors. */
const REPORTED =
  'If this page fails, it reports what failed and where to the operator of this server, never what was said.';

const WHAT: Readonly<Record<Me['storage']['transcripts'], string>> = {
  on: 'What is said in calls is kept, with their times and costs.',
  encrypted: 'What is said in calls is kept encrypted, with their times and costs.',
  off: 'What is said is not kept, only when calls were, how long they took and what they cost.',
};

/** What is kept of the person, and what they can do about it. */
export function PrivacySection() {
  const { api, remote, me } = useMe();
  return (
    <>
      {me.kind === 'loading' && <p className={styles.words}>One moment</p>}
      {me.kind === 'failed' && <Unknown problem={me.problem} onRetry={() => void remote.load()} />}
      {me.kind === 'ready' && <Kept me={me.value} api={api} />}
      <Reported />
    </>
  );
}

/** What goes out without being asked for. */
function Reported() {
  const { account } = useCall();
  const reports = useStore(account.store, ({ signIn }) => signIn?.errorReports !== undefined);
  return reports && <p className={styles.words}>{REPORTED}</p>;
}

function Unknown(props: { readonly problem: RemoteProblem; readonly onRetry: () => void }) {
  const { problem, onRetry } = props;
  if (problem.kind === 'signed-out') {
    return <p className={styles.words}>Nothing is kept of you here: you have not called yet.</p>;
  }
  return (
    <>
      <p className={styles.words} role="alert">
        {problem.kind === 'missing' ? 'This server keeps nothing of calls.' : problem.message}
      </p>
      {problem.kind === 'passing' && (
        <span>
          <Button onClick={onRetry}>Try again</Button>
        </span>
      )}
    </>
  );
}

function Kept({ me, api }: { readonly me: Me; readonly api: AccountApi }) {
  const { account } = useCall();
  const name = useStore(account.store, (state) => state.account?.name ?? null);
  const exporting = useAction();
  const exportAll = (): void =>
    void exporting.run(async (signal) => {
      const day = new Date().toISOString().slice(0, 10);
      saveFile(await api.everything(signal), fileNameOf(`Parley ${day}`, 'json'));
    });
  return (
    <>
      <p className={styles.words}>{keptWords(me, name)}</p>
      {me.storage.recording && <RecordingField />}
      <div className={styles.actions}>
        <Button onClick={exportAll} aria-disabled={exporting.isRunning}>
          {exporting.isRunning ? 'One moment' : 'Export my data'}
        </Button>
        <Deletion api={api} isGuest={me.kind === 'guest'} />
      </div>
      <Complaint>{exporting.complaint}</Complaint>
    </>
  );
}

/** Enter by mistake then deletes nothing. */
function focusFirst(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** Says what goes before anything does. */
function Deletion({ api, isGuest }: { readonly api: AccountApi; readonly isGuest: boolean }) {
  const controller = useCall();
  const [stage, setStage] = useState<'offered' | 'asked' | 'done'>('offered');
  const { isRunning, complaint, run } = useAction();
  const remove = async (): Promise<void> => {
    if (!(await run((signal) => api.removeEverything(signal)))) return;
    setStage('done');
    await controller.forget();
  };
  switch (stage) {
    case 'offered':
      return (
        <Button look="plain" onClick={() => setStage('asked')}>
          Delete my data
        </Button>
      );
    case 'done':
      return (
        <p className={styles.words} role="status">
          All of it is deleted.
        </p>
      );
    case 'asked':
      return (
        <div className={styles.question} role="group" aria-label="Delete my data">
          <p>
            This deletes your conversations, recordings and usage, ends your calls and{' '}
            {isGuest ? 'forgets you as a guest' : 'signs you out on every device'}. It cannot be
            undone.
          </p>
          <Complaint>{complaint}</Complaint>
          <div className={styles.actions}>
            <Button look="danger" onClick={() => void remove()} aria-disabled={isRunning}>
              {isRunning ? 'One moment' : 'Delete everything'}
            </Button>
            <Button ref={focusFirst} look="plain" onClick={() => setStage('offered')}>
              Keep it
            </Button>
          </div>
        </div>
      );
  }
}

/**
 * What is kept of the person and for how long, in plain words.
 *
 * @param name - of their account; null for guests
 */
export function keptWords({ storage }: Pick<Me, 'storage'>, name: string | null): string {
  const who =
    name === null
      ? 'You are a guest: what is kept of you can be reached from this browser alone.'
      : `You are signed in as ${name}.`;
  return `${who} ${WHAT[storage.transcripts]} ${howLong(storage)}`;
}

function howLong({ retention_days: days }: Me['storage']): string {
  if (days === null) return 'It stays until you delete it.';
  return days === 1 ? 'It is deleted after a day.' : `It is deleted after ${days} days.`;
}

/** Records the running call, once the person has agreed to it. */
function RecordingField() {
  const controller = useCall();
  const isPossible = useCallState((state) => state.session?.recording !== undefined);
  const isRecording = useCallState((state) => state.session?.recording === true);
  const [isAsked, setAsked] = useState(false);
  if (!isPossible) {
    return (
      <p className={styles.words}>A call can be recorded: start one, then switch it on here.</p>
    );
  }
  return (
    <>
      <SwitchField
        label="Record this call"
        hint="Both voices. You can stop at any time; the call goes on."
        checked={isRecording}
        onChange={(wanted) => {
          if (wanted) return setAsked(true);
          controller.setRecording(false);
        }}
      />
      {isAsked && !isRecording && (
        <div className={styles.question} role="group" aria-label="Record this call">
          <p>
            From now on your voice and Parley’s are recorded, until you stop or hang up. If others
            can be heard, ask them first. The recording is kept in your history and is deleted with
            the conversation.
          </p>
          <div className={styles.actions}>
            <Button
              ref={focusFirst}
              look="primary"
              onClick={() => {
                controller.setRecording(true);
                setAsked(false);
              }}
            >
              I agree, record
            </Button>
            <Button look="plain" onClick={() => setAsked(false)}>
              Do not record
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
