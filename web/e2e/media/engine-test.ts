import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base, type Page } from '@playwright/test';
import { build } from 'vite';
import { launchWithMicrophone, type MicrophoneOptions } from '../support/browser.ts';
import { servePage } from '../support/page-server.ts';
import { installTap } from '../support/tap.ts';
import { TestRelay } from '../support/test-relay.ts';
import type { EngineWindow } from './page/main.ts';

const CONFIG = fileURLToPath(new URL('./vite.config.ts', import.meta.url));
const BUILT_PAGE = fileURLToPath(new URL('./dist', import.meta.url));

export interface EnginePage {
  readonly page: Page;
  readonly relay: TestRelay;
}

export interface EnginePageOptions extends MicrophoneOptions {
  /** Runs in the page before anything of it, e.g. to give it what Chromium lacks here. */
  readonly before?: () => void;
  /** Whether the test says when turns are over and what interrupts a reply; else the page does. */
  readonly relayDecides?: boolean;
  /** Whether the browser cleans the microphone's signal up, as in a real call. */
  readonly processed?: boolean;
}

interface EngineFixtures {
  /** Opens the engine's test page in a browser whose microphone hears what the test says. */
  readonly open: (options: EnginePageOptions) => Promise<EnginePage>;
}

interface EngineWorkerFixtures {
  readonly builtPage: string;
}

export const test = base.extend<EngineFixtures, EngineWorkerFixtures>({
  builtPage: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      await build({ configFile: CONFIG });
      if (!existsSync(BUILT_PAGE)) throw new Error('The test page was not built.');
      await use(BUILT_PAGE);
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  open: async ({ builtPage }, use) => {
    await using resources = new AsyncDisposableStack();
    await use(async ({ before, relayDecides = false, processed = false, ...microphone }) => {
      const relay = new TestRelay();
      relay.decides = relayDecides;
      const server = resources.use(await servePage(builtPage, relay.api));
      relay.listen(server);
      const { browser } = resources.use(await launchWithMicrophone(microphone));
      const page = await browser.newPage();
      await installTap(page, { hearsBreath: processed });
      if (before !== undefined) await page.addInitScript(before);
      await page.goto(`${server.origin}/?${processed ? '' : 'mic=raw&'}tap`);
      return { page, relay };
    });
  },
});

/** Presses the page's button. @returns whether the microphone was granted */
export async function startCall(page: Page) {
  // Cold, the detector takes up to a second of this machine; what is measured here is not that.
  await untilNotice(page, { type: 'vad', state: 'ready' });
  await page.getByRole('button').click();
  return page.evaluate(() => (window as unknown as EngineWindow).started);
}

/** Resolves once the engine has sent a notice with these properties. */
export async function untilNotice(page: Page, properties: Partial<Record<string, string>>) {
  await page.waitForFunction((wanted) => {
    const { notices: received } = window as unknown as EngineWindow;
    return received.some((notice) =>
      Object.entries(wanted).every(([key, value]) => Reflect.get(notice, key) === value),
    );
  }, properties);
}

export function notices(page: Page) {
  return page.evaluate(() => (window as unknown as EngineWindow).notices);
}

/** Keeps the page's thread from doing anything else. */
export function blockMainThread(page: Page, ms: number): Promise<void> {
  return page.evaluate((duration) => {
    const end = performance.now() + duration;
    while (performance.now() < end);
  }, ms);
}
