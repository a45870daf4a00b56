import { useState } from 'react';
import { CloudOff } from 'lucide-react';
import { useStore } from 'zustand';
import { useAccountAccess } from '../account/account-access.ts';
import { useController } from '../call/controller-context.ts';
import { PageFrame } from '../account/page-frame.tsx';
import { LoadingState, PageState } from '../account/page-state.tsx';
import { exactTimeText } from '../../lib/dates.ts';
import { createOperator, OperatorProvider, useFeeding, useOperator } from './status-context.ts';
import { OperatorGate } from './operator-gate.tsx';
import { RelayStatus } from './relay-status.tsx';

/** Whether the relay works, and if not, why; for its operator. */
export function StatusPage() {
  const access = useAccountAccess();
  const { account } = useController();
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
        <PageState icon={<CloudOff />} title="The relay does not answer">
          <p role="alert">
            {state.away.message} Since {exactTimeText(state.away.sinceMs)}. This page goes on
            trying.
          </p>
        </PageState>
      );
  }
}
