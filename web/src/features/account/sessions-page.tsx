import { useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import type { LiveSession } from '@parley/shared';
import { conversationPath } from '@parley/shared/page-paths';
import { useCallState } from '../../client/react/index.ts';
import { createRemote } from './remote.ts';
import { dayText, timeText } from '../../lib/dates.ts';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import { useAccountPages } from './account-pages-context.ts';
import { PageFrame } from './page-frame.tsx';
import { Fetched, PageState } from './page-state.tsx';
import { useAction } from './use-action.ts';
import { useRemote } from './use-remote.ts';
import row from '../../ui/row.module.css';
import styles from './sessions-page.module.css';

const EXPECTED = 'A call that you make, in this or another browser, is shown here while it lasts.';

/** Calls elsewhere begin and end without a word to this page. */
const REFRESH_MS = 10_000;

/** The person's calls that run now, here and elsewhere; any of them can be ended. */
export function SessionsPage() {
  const { api } = useAccountPages();
  const remote = useMemo(() => createRemote((signal) => api.liveSessions(signal)), [api]);
  const state = useRemote(remote);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void remote.load();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [remote]);
  const onEnded = (id: string): void =>
    remote.change(({ sessions }) => ({
      sessions: sessions.filter((session) => session.session_id !== id),
    }));
  return (
    <PageFrame title="Calls">
      <Fetched
        state={state}
        rows={2}
        onRetry={() => void remote.load()}
        missing="There are no calls here"
        expected={EXPECTED}
      >
        {({ sessions }) =>
          sessions.length === 0 ? (
            <PageState icon="monitor-smartphone" title="No calls are running">
              <p>{EXPECTED}</p>
            </PageState>
          ) : (
            <ul className={styles.list}>
              {sessions.map((session) => (
                <SessionRow key={session.session_id} session={session} onEnded={onEnded} />
              ))}
            </ul>
          )
        }
      </Fetched>
    </PageFrame>
  );
}

interface SessionRowProps {
  readonly session: LiveSession;
  readonly onEnded: (id: string) => void;
}

function SessionRow({ session, onEnded }: SessionRowProps) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const { session_id: id, started_at: startedAt } = session;
  const isHere = useCallState(
    (state) => state.standing.kind === 'running' && state.session?.id === id,
  );
  const name = session.client === '' ? 'A call' : session.client;
  const end = async (): Promise<void> => {
    if (await run((signal) => api.endSession(id, signal))) onEnded(id);
  };
  return (
    <li className={`card ${styles.row}`}>
      <div className={row.words}>
        <p className={`${row.name} ${styles.name}`}>
          {name}
          {isHere && <span className={row.badge}>This page</span>}
        </p>
        <p className={`${row.facts} ${styles.facts}`}>
          <span>
            Since <time dateTime={startedAt}>{sinceText(startedAt)}</time>
          </span>
          {!session.is_connected && <span>Connection lost, waiting</span>}
          <Link href={conversationPath(session.conversation_id)} className={styles.link}>
            What was said
          </Link>
        </p>
        <Complaint>{complaint}</Complaint>
      </div>
      <Button disabled={isRunning} aria-label={`End ${name}`} onClick={() => void end()}>
        End
      </Button>
    </li>
  );
}

function sinceText(at: string): string {
  const day = dayText(at);
  return day === 'Today' ? timeText(at) : `${day}, ${timeText(at)}`;
}
