import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCall, type KeyValueStore } from '../client/index.ts';
import { CallProvider } from '../client/react/index.ts';
import { pageBase } from '../lib/page-base.ts';
import { EmbeddedCall } from './embedded-call.tsx';
import { linkToPage } from './page-link.ts';
import '../ui/tokens.css';
import '../ui/base.css';
import './frame.css';

// As in `main.tsx`: the page's policy forbids to compile code.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

const root = document.getElementById('root');
if (root === null) throw new Error('embed.html has no element with the id "root"');

const url = location.origin + pageBase();
const call = createCall({ url, page: { url, isReturn: false }, storage: ownStorage() });
const link = linkToPage(call);
createRoot(root).render(
  <StrictMode>
    <CallProvider call={call}>
      <EmbeddedCall link={link} />
    </CallProvider>
  </StrictMode>,
);

/**
 * What is chosen in the relay's own page is not changed from within another. Browsers give a frame a
 * storage for each site that it is in, or none.
 */
function ownStorage(): KeyValueStore | null {
  try {
    const { localStorage } = window;
    return {
      getItem: (key) => localStorage.getItem(`embed ${key}`),
      setItem: (key, value) => localStorage.setItem(`embed ${key}`, value),
    };
  } catch {
    return null;
  }
}
