import { test as base, expect, type Page } from '@playwright/test';
import { startHarnessServer } from './harness-server.ts';
import { SESSION } from './notices.ts';
import { ME } from './scripted-me.ts';
import type { SceneName } from './scenes.ts';

/** What the relay offers outside of a call. */
const OFFER = { providers: SESSION.providers, voices: SESSION.voices, speeds: SESSION.speeds };

interface UiFixtures {
  /** What the browser may complain of, if a test has it happen. */
  readonly expectedComplaints: RegExp | null;
  /** Opens the scripted page and plays a scene. */
  readonly open: (scene: SceneName, query?: string) => Promise<Page>;
}

/** Tests of the interface alone: the engine below it is scripted. */
export const test = base.extend<UiFixtures, { harnessUrl: string }>({
  expectedComplaints: [null, { option: true }],
  harnessUrl: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from it
    async ({}, use) => {
      await using server = await startHarnessServer();
      await use(server.url);
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  async open({ page, harnessUrl, expectedComplaints }, use) {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    // What the content security policy forbids is reported here too.
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.route('**/api/v1/me', (route) => route.fulfill({ json: ME }));
    await page.route('**/health', (route) => route.fulfill({ json: OFFER }));
    await use(async (scene, query = '') => {
      await page.goto(`${harnessUrl}?${query}`);
      await page.evaluate((name) => window.parley.play(name), scene);
      return page;
    });
    expect(complaints.filter((complaint) => !expectedComplaints?.test(complaint))).toEqual([]);
  },
});

/** Goes through scenes on one page: each begins anew, without the load that takes longest. */
export async function forEachScene(
  page: Page,
  scenes: readonly SceneName[],
  look: (scene: SceneName) => Promise<void>,
): Promise<void> {
  for (const scene of scenes) {
    await page.evaluate((name) => window.parley.startOver(name), scene);
    await look(scene);
  }
}

/** The engine's commands so far. */
export function commandsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.parley.engine.commands);
}

export { expect };
