import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useStore } from 'zustand';
import { useCall } from '../../client/react/index.ts';
import { useAway } from './use-remote.ts';
import type { Remote, RemoteProblem } from './remote.ts';
import { Button } from '../../ui/button.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import styles from './page-state.module.css';

interface PageStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}

/** What a page shows in place of what it is for: nothing there, nothing found, not to be had. */
export function PageState({ icon, title, children }: PageStateProps) {
  return (
    <div className={styles.state}>
      <span className={styles.icon} aria-hidden="true">
        <Icon name={icon} />
      </span>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </div>
  );
}

/** Grey lines in place of words to come. They come into sight only if the answer takes its time. */
export function LoadingState({ rows }: { readonly rows: number }) {
  return (
    <div className={styles.loading}>
      <p className="visually-hidden" role="status">
        Loading
      </p>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden="true" />
      ))}
    </div>
  );
}

interface ProblemStateProps {
  readonly problem: RemoteProblem;
  readonly onRetry: () => void;
  /** What is missing, if that is what is wrong. */
  readonly missing: string;
  /** What will be shown to a person of whom nothing is kept yet. */
  readonly expected: string;
}

interface FetchedProps<T> extends Omit<ProblemStateProps, 'problem'> {
  readonly state: Remote<T>;
  /** In place of what is on its way. */
  readonly rows: number;
  readonly children: (value: T) => ReactNode;
}

/** What a page is for, as soon as it is there; or why it is not. */
export function Fetched<T>({ state, rows, children, ...rest }: FetchedProps<T>) {
  switch (state.kind) {
    case 'loading':
      return <LoadingState rows={rows} />;
    case 'failed':
      return <ProblemState {...rest} problem={state.problem} />;
    case 'ready':
      return (
        <>
          {state.problem !== null && <StaleNote {...rest} problem={state.problem} />}
          {children(state.value)}
        </>
      );
  }
}

/** Why there is nothing to see, and what to do about it. */
function ProblemState({ problem, onRetry, missing, expected }: ProblemStateProps) {
  const online = useOnline();
  const isAway = useAway();
  // What a relay that answers would know of the person is not known then.
  if (isAway || !online) {
    return (
      <PageState
        icon={online ? 'cloud-off' : 'wifi-off'}
        title={online ? 'Parley is not answering' : 'You are offline'}
      >
        <p role="alert">This page keeps trying.</p>
        <Button onClick={onRetry}>Try again</Button>
      </PageState>
    );
  }
  switch (problem.kind) {
    case 'signed-out':
      return <SignedOut expected={expected} />;
    case 'missing':
      return (
        <PageState icon="search-x" title={missing}>
          <p>It may have been deleted, or belong to someone else.</p>
        </PageState>
      );
    case 'passing':
    case 'lasting': {
      const mayPass = problem.kind === 'passing';
      return (
        <PageState icon="cloud-off" title={mayPass ? 'That did not work' : 'That is not possible'}>
          <p role="alert">{problem.message}</p>
          {mayPass && <Button onClick={onRetry}>Try again</Button>}
        </PageState>
      );
    }
  }
}

/** Guests alone have nothing but this browser to be known by. */
const GUEST_FORGOTTEN =
  'Guests are known for a while after their last visit, and yours was too long ago. What was kept of you then cannot be reached any more. Your next call begins anew.';

function SignedOut({ expected }: Pick<ProblemStateProps, 'expected'>) {
  const { account } = useCall();
  const hasAccounts = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const isForgotten = useStore(account.store, (state) => state.isGuestForgotten);
  const title = hasAccounts ? 'You are not signed in' : 'Nothing here yet';
  return (
    <PageState
      icon={hasAccounts ? 'log-in' : 'messages-square'}
      title={isForgotten ? 'This server no longer knows you' : title}
    >
      <p>{isForgotten ? GUEST_FORGOTTEN : expected}</p>
      {hasAccounts ? (
        <Button look="primary" onClick={() => account.ask('sign-in')}>
          Sign in
        </Button>
      ) : (
        <Link href="/" className={styles.link}>
          To the call screen
        </Link>
      )}
    </PageState>
  );
}

/** What is shown is not the latest; it is readable all the same. */
function StaleNote({ problem, onRetry }: Pick<ProblemStateProps, 'problem' | 'onRetry'>) {
  const online = useOnline();
  useAway();
  const message = 'message' in problem ? problem.message : '';
  return (
    <div className={`card ${styles.stale}`} role="alert">
      <p>{online ? message : 'You are offline. This is what was known last.'}</p>
      <Button look="plain" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
