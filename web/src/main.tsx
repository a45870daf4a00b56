import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app/app.tsx';
import { registerServiceWorker } from './app/service-worker.ts';
import {
  BrowserMediaEngine,
  type KeyValueStore,
  AccountController,
  CallController,
  fetchProviderNames,
  findRelay,
  isSignInReturn,
  loadIssuer,
} from './client/index.ts';
import { AccountAccessProvider, type AccountAccess } from './features/account/account-access.ts';
import { pageBase } from './lib/page-base.ts';
import { ControllerProvider } from './features/call/controller-context.ts';
import './ui/tokens.css';
import './ui/base.css';

// The schema library, which comes later if at all, would first try whether it may compile code: the
// page's policy forbids that, and browsers report it.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');

const storage = browserStorage();
const fetchHere: typeof fetch = (...request) => fetch(...request);
const nowMs = () => Date.now();
const pageUrl = location.origin + pageBase();
const relay = findRelay({ fetch: fetchHere, storage, pageUrl });
const account = new AccountController({
  storage,
  nowMs,
  fetch: fetchHere,
  relay,
  loadIssuer,
  returnUrl: `${pageUrl}/`,
  isReturn: isSignInReturn(location),
});
const engine = new BrowserMediaEngine();
const controller = new CallController({
  engine,
  account,
  storage,
  nowMs,
  newId: randomId,
  relay,
  fetchProviders: (origin) => fetchProviderNames(fetchHere, origin),
});

const access: AccountAccess = {
  fetch: fetchHere,
  relay,
  async token(origin) {
    await account.learn();
    return account.token(origin);
  },
};

createRoot(root).render(
  <StrictMode>
    <ControllerProvider value={controller}>
      <AccountAccessProvider value={access}>
        <Router base={pageBase()}>
          <App />
        </Router>
      </AccountAccessProvider>
    </ControllerProvider>
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
    ({ startErrorReports }) => startErrorReports({ project, relay, engine, call: controller.call }),
    () => {},
  );
}

/** Reading `localStorage` itself throws if the browser forbids it. */
function browserStorage(): KeyValueStore | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** 96 random bits; `crypto.randomUUID` is missing on pages that are not secure. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
