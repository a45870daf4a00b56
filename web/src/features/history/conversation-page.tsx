import { useMemo, useState, useEffect, useRef, type FormEvent, type KeyboardEvent } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useLocation } from 'wouter';
import type { ConversationDetail } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useCallState, useCall } from '../../client/react/index.ts';
import { earlierConversation } from '../../client/index.ts';
import { createRemote } from '../account/remote.ts';
import { dayText, timeText } from '../../lib/dates.ts';
import { countText, durationText, usdText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { Fetched } from '../account/page-state.tsx';
import { useRemote } from '../account/use-remote.ts';
import { LiveMark } from './conversation-row.tsx';
import { Transcript } from './transcript.tsx';
import row from '../../ui/row.module.css';
import styles from './conversation-page.module.css';
import { Complaint } from '../../ui/complaint.tsx';
import { ConfirmDialog } from '../account/confirm-dialog.tsx';
import { useAction } from '../account/use-action.ts';
import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import type { TranscriptFormat } from '../account/account-api.ts';
import menu from '../account/account-menu.module.css';
import { fileNameOf, saveFile } from './save-file.ts';

interface TitleEditorProps {
  readonly id: string;
  readonly title: string;
  readonly onRenamed: (title: string) => void;
}

const FORMATS = [
  { format: 'text', extension: 'txt', name: 'Text', use: 'to read' },
  { format: 'json', extension: 'json', name: 'JSON', use: 'for programs' },
  { format: 'vtt', extension: 'vtt', name: 'WebVTT', use: 'subtitles' },
] as const satisfies readonly { format: TranscriptFormat; [key: string]: string }[];

const TO_HISTORY = { path: PAGE_PATHS.history, name: 'Back to the history' };

/** One kept conversation: to be read, heard, renamed, taken along, deleted or gone on with. */
export function ConversationPage({ id }: { readonly id: string }) {
  const { api, list } = useAccountPages();
  const remote = useMemo(() => createRemote((signal) => api.conversation(id, signal)), [api, id]);
  const state = useRemote(remote);
  const onRenamed = (title: string): void => {
    remote.change((conversation) => ({ ...conversation, title }));
    list.changed(id, { title });
  };
  return (
    <PageFrame title="Conversation" back={TO_HISTORY}>
      <Fetched
        state={state}
        rows={4}
        onRetry={() => void remote.load()}
        missing="There is no such conversation"
        expected="A conversation is shown only to the person who had it."
      >
        {(conversation) => <Conversation conversation={conversation} onRenamed={onRenamed} />}
      </Fetched>
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
      <p className={`${row.facts} ${styles.facts}`}>
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
  const controller = useCall();
  const [, navigate] = useLocation();
  const isHere = useCallState(
    ({ standing, session, continues }) =>
      standing.kind === 'running' &&
      (continues === conversation.id || conversation.sessions.some(({ id }) => id === session?.id)),
  );
  const onPress = (): void => {
    if (!isHere) void controller.start({ earlier: earlierConversation(conversation) });
    navigate('/');
  };
  return (
    <Button look="primary" onClick={onPress}>
      <Icon name="phone" size={18} /> {isHere ? 'Back to the call' : 'Go on talking'}
    </Button>
  );
}

/** Deletes the conversation, once it has been said what goes with it. */
function DeleteButton({ conversation }: { readonly conversation: ConversationDetail }) {
  const { api, list } = useAccountPages();
  const [, navigate] = useLocation();
  const { id, title, turns } = conversation;
  const onDone = (): void => {
    list.changed(id, null);
    navigate(PAGE_PATHS.history, { replace: true });
  };
  return (
    <ConfirmDialog
      trigger={
        <Button look="plain">
          <Icon name="trash" size={18} /> Delete
        </Button>
      }
      title="Delete this conversation?"
      text={
        <>
          “{title}” with {countText(turns.length, 'turn', 'turns')}
          {conversation.has_recording && ' and its recording'} will be gone for good.
        </>
      }
      keep="Keep it"
      action="Delete"
      work={(signal) => api.remove(id, signal)}
      onDone={onDone}
    />
  );
}

/**
 * Plays the recording of the conversation. The file is fetched on request: it is large, and needs
 * the bearer token, which a player cannot send.
 */
function RecordingPlayer({ id }: { readonly id: string }) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url]);
  const fetchRecording = (): Promise<boolean> =>
    run(async (signal) => setUrl(URL.createObjectURL(await api.recording(id, signal))));
  return (
    <section className={styles.recording} aria-label="Recording">
      {url === null ? (
        <Button disabled={isRunning} onClick={() => void fetchRecording()}>
          <Icon name="disc" size={18} />
          {isRunning ? 'Fetching the recording' : 'Hear the recording'}
        </Button>
      ) : (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- the transcript below has every word of it
        <audio className={styles.player} src={url} controls autoPlay />
      )}
      <Complaint>{complaint}</Complaint>
    </section>
  );
}

/** Saves the conversation as a file. */
function ExportMenu({ id, title }: { readonly id: string; readonly title: string }) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const save = (format: TranscriptFormat, extension: string): Promise<boolean> =>
    run(async (signal) => {
      saveFile(await api.exported(id, format, signal), fileNameOf(title, extension));
    });
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button disabled={isRunning}>
            <Icon name="download" size={18} /> Export
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={4} loop>
          {FORMATS.map(({ format, extension, name, use }) => (
            <DropdownMenu.Item
              key={format}
              className={menu.item}
              onSelect={() => void save(format, extension)}
            >
              {name} <span className={`quiet ${styles.use}`}>{use}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      <Complaint className={styles.complaint}>{complaint}</Complaint>
    </>
  );
}

/** The conversation's title, to be changed in its place. */
function TitleEditor({ id, title, onRenamed }: TitleEditorProps) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const isEditing = draft !== null;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (isEditing) field.current?.select();
    else if (wasEditing.current) pencil.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = draft?.trim() ?? '';
    if (wanted === '' || wanted === title) return setDraft(null);
    if (!(await run((signal) => api.rename(id, wanted, signal)))) return;
    onRenamed(wanted);
    setDraft(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setDraft(null);
  };

  if (!isEditing) {
    return (
      <div className={styles.editor}>
        <h2 id="conversation-title" className={styles.title}>
          {title}
        </h2>
        <Button
          ref={pencil}
          look="plain"
          shape="icon"
          aria-label="Rename"
          onClick={() => setDraft(title)}
        >
          <Icon name="pencil" size={17} />
        </Button>
      </div>
    );
  }
  return (
    <form className={styles.editor} onSubmit={(event) => void onSubmit(event)}>
      <h2 id="conversation-title" className="visually-hidden">
        {title}
      </h2>
      <input
        ref={field}
        className={`input ${styles.field}`}
        aria-label="Title"
        maxLength={120}
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" look="primary" shape="icon" aria-label="Save" disabled={isRunning}>
        <Icon name="check" size={19} />
      </Button>
      <Button look="plain" shape="icon" aria-label="Cancel" onClick={() => setDraft(null)}>
        <Icon name="x" size={19} />
      </Button>
      <Complaint className={styles.complaint}>{complaint}</Complaint>
    </form>
  );
}
