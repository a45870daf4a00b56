import { useState } from 'react';
import { Route, Switch } from 'wouter';
import { useStore } from 'zustand';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useAccountAccess } from '../features/account/account-access.ts';
import { createAccountApi } from '../features/account/account-api.ts';
import { useCall } from '../client/react/index.ts';
import { createHistoryList } from '../features/history/history-list.ts';
import { AccountPagesProvider } from '../features/account/account-pages-context.ts';
import { SessionsPage } from '../features/account/sessions-page.tsx';
import { CallBar } from '../features/call/call-bar.tsx';
import { ConversationPage } from '../features/history/conversation-page.tsx';
import { HistoryPage } from '../features/history/history-page.tsx';
import { UsagePage } from '../features/usage/usage-page.tsx';
import { late } from '../ui/late.tsx';
import styles from './app.module.css';
import { MissingPage } from './page-notice.tsx';

/** Fetched when it is opened: few people ever do. */
const StatusPage = late(
  async () => (await import('../features/status/status-page.tsx')).StatusPage,
  MissingPage,
);

/** What is kept of the person: conversations, what they cost, and calls that run now; and the operator's page. */
export function AccountPages() {
  const { account } = useCall();
  // What belongs to one person is not kept in sight for the next.
  const name = useStore(account.store, (state) => state.account?.name);
  return (
    <div className={styles.pages}>
      <PagesOfPerson key={name} />
      <CallBar />
    </div>
  );
}

function PagesOfPerson() {
  const access = useAccountAccess();
  const [state] = useState(() => {
    const api = createAccountApi(access);
    return { api, list: createHistoryList(api) };
  });
  return (
    <AccountPagesProvider value={state}>
      <Switch>
        <Route path={PAGE_PATHS.history}>
          <HistoryPage />
        </Route>
        <Route path={PAGE_PATHS.conversation}>
          {({ id }) => <ConversationPage key={id} id={id} />}
        </Route>
        <Route path={PAGE_PATHS.usage}>
          <UsagePage />
        </Route>
        <Route path={PAGE_PATHS.sessions}>
          <SessionsPage />
        </Route>
        <Route path={PAGE_PATHS.status}>
          <StatusPage />
        </Route>
      </Switch>
    </AccountPagesProvider>
  );
}
