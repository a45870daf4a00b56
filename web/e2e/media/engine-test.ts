import { test as base, type Page } from '@playwright/test';
import { launchWithMicrophone, type BrowserWithMicrophone } from '../support/browser.ts';
import { installCommandedMicrophone } from '../support/commanded-microphone.ts';
import { servePage } from '../support/page-server.ts';
import { installTap } from '../support/tap.ts';
import { TestRelay } from '../support/test-relay.ts';
import { buildEnginePage } from './engine-page.ts';
import type { EngineWindow } from './page/main.ts';

export interface EnginePage {
  readonly page: Page;
  readonly relay: TestRelay;
  /** What Chromium's own microphone hears, from the next moment that it is opened. */
  readonly hears: BrowserWithMicrophone['hears'] | undefined;
}

export interface EnginePageOptions {
  /**
   * What Chromium's own microphone hears, in a browser of its own; see `launchWithMicrophone`.
   * Without it the microphone is to be spoken into with `sayTo`.
   */
  readonly hears?: Int16Array;
  /** Runs in the page before anything of it, e.g. to give it what Chromium lacks here. */
  readonly before?: () => void;
  /** Whether the test says when turns are over and what interrupts a reply; else the page does. */
  readonly relayDecides?: boolean;
  /** Whether the relay takes Opus. */
  readonly takesOpus?: boolean;
  /** Runs in the media worker, before anything of it. */
  readonly beforeWorker?: () => void;
  /** Whether the browser cleans the microphone's signal up, as in a real call. */
  readonly processed?: boolean;
}

/** Opens the engine's test page, in front of a relay that does what the test says. */
export type OpenEnginePage = (options: EnginePageOptions) => Promise<EnginePage>;

interface EngineFixtures {
  readonly open: OpenEnginePage;
}

interface EngineWorkerFixtures {
  readonly builtPage: string;
}

export const test = base.extend<EngineFixtures, EngineWorkerFixtures>({
  builtPage: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      await use(await buildEnginePage());
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  open: async ({ builtPage, browser: shared }, use) => {
    await using resources = new AsyncDisposableStack();
    await use(async ({ hears, before, beforeWorker, processed = false, ...relayOptions }) => {
      const relay = new TestRelay();
      relay.decides = relayOptions.relayDecides ?? false;
      relay.takesOpus = relayOptions.takesOpus ?? false;
      const server = resources.use(await servePage(builtPage, relay.api, beforeWorker));
      relay.listen(server);
      const own =
        hears === undefined ? undefined : resources.use(await launchWithMicrophone(hears));
      const context = await (own?.browser ?? shared).newContext();
      resources.defer(() => context.close());
      const page = await context.newPage();
      await installTap(page, { hearsBreath: processed });
      if (own === undefined) await page.addInitScript(installCommandedMicrophone);
      if (before !== undefined) await page.addInitScript(before);
      await page.goto(`${server.origin}/?${processed ? '' : 'mic=raw&'}tap`);
      return { page, relay, hears: own?.hears };
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
