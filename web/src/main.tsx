import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app/app.tsx';
import { registerServiceWorker } from './app/service-worker.ts';
import { createCall, isSignInReturn } from './client/index.ts';
import { AccountAccessProvider, type AccountAccess } from './features/account/account-access.ts';
import { pageBase } from './lib/page-base.ts';
import { CallProvider } from './client/react/index.ts';
import './ui/tokens.css';
import './ui/base.css';

// The schema library, which comes later if at all, would first try whether it may compile code: the
// page's policy forbids that, and browsers report it.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');

const pageUrl = location.origin + pageBase();
const call = createCall({ page: { url: pageUrl, isReturn: isSignInReturn(location) } });
const { account, relay } = call;

const access: AccountAccess = {
  fetch: (...request) => fetch(...request),
  relay,
  async token(origin) {
    await account.learn();
    return account.token(origin);
  },
};

createRoot(root).render(
  <StrictMode>
    <CallProvider call={call}>
      <AccountAccessProvider value={access}>
        <Router base={pageBase()}>
          <App />
        </Router>
      </AccountAccessProvider>
    </CallProvider>
  </StrictMode>,
);

registerServiceWorker();

const unsubscribe = account.store.subscribe(({ signIn }) => {
  if (signIn === null) return;
  unsubscribe();
  if (signIn.errorReports !== undefined) reportErrors(signIn.errorReports);
});

/** Few relays ask for it, so that its library is fetched only then. */
function reportErrors(project: unknown): void {
  import('./app/error-reports/start-error-reports.ts').then(
    ({ startErrorReports }) => startErrorReports({ project, call }),
    () => {},
  );
}
