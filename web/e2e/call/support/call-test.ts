import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage, makeDatabaseTemplate } from '@parley/relay/testing';
import { test as base } from '@playwright/test';
import { startNetworkProxy, type NetworkProxy } from './network-proxy.ts';
import { openCallPage, type CallPage, type CallPageSettings } from './call-page.ts';
import { EMBEDDED_PROVIDERS, startRealRelay, type RealRelay } from './real-relay.ts';

interface CallFixtures {
  /** Opens the real page, served by the real relay; see `CallPageOptions`. */
  readonly open: (
    settings?: CallPageSettings & { readonly hears?: Int16Array },
  ) => Promise<CallPage>;
  /** What `open` reaches the relay through. */
  readonly network: NetworkProxy;
}

interface CallWorkerFixtures {
  /** Whether the real relay keeps what is said; it begins with an empty database. */
  readonly keeps: boolean;
  /** The real relay; one serves all tests that do not break it. */
  readonly relay: RealRelay;
  /** The page is built, for any relay to serve. */
  readonly builtPage: void;
  /** Where a relay may keep its data while these tests run. */
  readonly dataDir: string;
}

export const test = base.extend<CallFixtures, CallWorkerFixtures>({
  // A recorded trace takes a picture of every frame of the orb, from the time that the voice needs.
  trace: ['off', { scope: 'worker' }],
  // A moving orb takes a processor of its own without a graphics card.
  contextOptions: { reducedMotion: 'reduce' },
  keeps: [false, { option: true, scope: 'worker' }],
  dataDir: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-call-'));
      await use(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  builtPage: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      if ((await buildPage()) !== 0) throw new Error('The page could not be built.');
      await use();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  relay: [
    async ({ dataDir, keeps, builtPage: _builtPage }, use) => {
      if (keeps) await makeDatabaseTemplate();
      const storage = { STORAGE: keeps ? 'on' : 'off' };
      await using relay = await startRealRelay(dataDir, { ...EMBEDDED_PROVIDERS, ...storage });
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  network: async ({ relay }, use) => {
    await using network = await startNetworkProxy(relay.port);
    await use(network);
  },
  open: async ({ network, browser }, use) => {
    await using resources = new AsyncDisposableStack();
    await use(async ({ hears, ...settings } = {}) => {
      const microphone = hears === undefined ? { browser } : { hears };
      return resources.use(await openCallPage(network.origin, { ...settings, ...microphone }));
    });
  },
});
