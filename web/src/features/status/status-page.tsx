import { useState } from 'react';
import { useStore } from 'zustand';
import { useAccountAccess } from '../account/account-access.ts';
import { useCall } from '../../client/react/index.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { LoadingState, PageState } from '../account/page-state.tsx';
import { exactTimeText } from '../../lib/dates.ts';
import { createOperator, OperatorProvider, useFeeding, useOperator } from './status-context.ts';
import { RelayStatus } from './relay-status.tsx';
import type { Refusal } from './operator/operator-api.ts';
import { Button } from '../../ui/button.tsx';
import { EntryForm } from '../account/entry-form.tsx';
import styles from './status-page.module.css';

const TITLES = {
  'no-admin': 'This relay has no administrator',
  'no-status': 'This relay shows no status',
} as const;

const WORDS: Readonly<Record<Exclude<Refusal, keyof typeof TITLES>, string>> = {
  unknown: 'Enter the operator’s token. It is forgotten with this window.',
  'wrong-token': 'The operator’s token is another one now. Enter it again.',
  'not-admin': 'This account is not an administrator’s, so it may not see this page.',
};

const WRONG = 'That is not the operator’s token. Check it and try again.';

/** Whether the relay works, and if not, why; for its operator. */
export function StatusPage() {
  const access = useAccountAccess();
  const { account } = useCall();
  const [operator] = useState(() => createOperator(access, account));
  useFeeding(operator.feed);
  return (
    <OperatorProvider value={operator}>
      <PageFrame title="Status" isWide>
        <Status />
      </PageFrame>
    </OperatorProvider>
  );
}

function Status() {
  const { feed } = useOperator();
  const state = useStore(feed.store);
  switch (state.kind) {
    case 'refused':
      return <OperatorGate refusal={state.refusal} />;
    case 'known':
      return <RelayStatus {...state} />;
    case 'asking':
      if (state.away === null) return <LoadingState rows={4} />;
      return (
        <PageState icon="cloud-off" title="The relay does not answer">
          <p role="alert">
            It has not answered since {exactTimeText(state.away.sinceMs)}. This page keeps trying.
          </p>
          <Button onClick={() => void feed.refresh()}>Try again</Button>
        </PageState>
      );
  }
}

/** Asks the visitor to sign in, or says why the relay shows no status. */
function OperatorGate({ refusal }: { readonly refusal: Refusal }) {
  const { feed } = useOperator();
  if (refusal === 'no-admin' || refusal === 'no-status') {
    return (
      <PageState icon="lock-keyhole" title={TITLES[refusal]}>
        {refusal === 'no-admin' ? (
          <p>
            Set <code>ADMIN_TOKEN</code> in its environment, start it again, and sign in here with
            that token.
          </p>
        ) : (
          <p>
            It does not measure its calls, or has no administrator: set{' '}
            <code>ENABLE_METRICS=on</code> and <code>ADMIN_TOKEN</code>, and start it again.
          </p>
        )}
        <Button onClick={() => void feed.refresh()}>Try again</Button>
      </PageState>
    );
  }
  return (
    <PageState icon="key-round" title="For the operator">
      <p role={refusal === 'unknown' ? undefined : 'alert'}>{WORDS[refusal]}</p>
      <TokenForm />
    </PageState>
  );
}

function TokenForm() {
  const { access, feed } = useOperator();
  const { account } = useCall();
  const hasAccounts = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const isGuest = useStore(account.store, (state) => state.account === null);
  const tryToken = async (token: string): Promise<string | null> => {
    if (!(await access.give(token))) return WRONG;
    await feed.refresh();
    const state = feed.store.getState();
    if (state.kind !== 'refused' || state.refusal !== 'wrong-token') return null;
    await access.forget();
    return WRONG;
  };
  return (
    <div className={styles.gate}>
      <EntryForm
        type="password"
        label="Operator’s token"
        action="Show the status"
        autoComplete="off"
        maxLength={1_000}
        onEntry={tryToken}
      >
        {hasAccounts && isGuest && (
          <Button look="plain" onClick={() => account.ask('sign-in')}>
            Sign in with an account
          </Button>
        )}
      </EntryForm>
    </div>
  );
}
