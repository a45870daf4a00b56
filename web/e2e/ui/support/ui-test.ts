import {
  test as base,
  expect,
  type BrowserContext,
  type Page,
  type ViewportSize,
} from '@playwright/test';
import { startHarnessServer } from './harness-server.ts';
import { SESSION } from './notices.ts';
import { ME } from './scripted-me.ts';
import type { SceneName } from './scenes.ts';

/** What the relay offers outside of a call. */
const OFFER = { providers: SESSION.providers, voices: SESSION.voices, speeds: SESSION.speeds };

interface UiFixtures {
  /** Opens the scripted page and plays a scene; once more: the browser's storage stays. */
  readonly open: (scene: SceneName, query?: string) => Promise<Page>;
}

interface WorkerFixtures {
  readonly harnessUrl: string;
  readonly shared: SharedPage;
}

/** The scripted page that all tests of a worker have, one after another. */
interface SharedPage {
  readonly page: Page;
  /** What the browser has complained of since it was asked last. */
  takeComplaints(): string[];
}

const withServer = base.extend<object, WorkerFixtures>({
  harnessUrl: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from it
    async ({}, use) => {
      await using server = await startHarnessServer();
      await use(server.url);
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  shared: [
    async ({ browser, harnessUrl }, use) => {
      const page = await browser.newPage();
      const takeComplaints = watchComplaints(page);
      await answerAsRelay(page.context());
      await page.goto(harnessUrl);
      await use({ page, takeComplaints });
      await page.context().close();
    },
    { scope: 'worker' },
  ],
});

/**
 * Tests of the interface alone: the engine below it is scripted. They share a page, on which each
 * scene begins anew; what a test leaves there fails that test. Tests that need a browser context of
 * their own are `freshTest`s: for a clock, touch, scripts before the page's, requests that fail.
 */
export const test = withServer.extend<UiFixtures>({
  context: ({ shared }, use) => use(shared.page.context()),
  async page({ shared: { page, takeComplaints }, viewport }, use) {
    await setUp(page, viewport);
    await use(page);
    await page.evaluate(() => window.parley.end());
    expect(takeComplaints()).toEqual([]);
  },
  async open({ page, harnessUrl }, use) {
    await use(async (scene, query = '') => {
      await page.evaluate(([name, url]) => window.parley.startOver(name, url), [
        scene,
        `${harnessUrl}?${query}`,
      ] as const);
      return page;
    });
  },
});

interface FreshFixtures extends UiFixtures {
  /** What the browser may complain of, if a test has it happen. */
  readonly expectedComplaints: RegExp | null;
}

/** Tests of the interface that have a browser context each. */
export const freshTest = withServer.extend<FreshFixtures>({
  expectedComplaints: [null, { option: true }],
  async open({ page, harnessUrl, expectedComplaints }, use) {
    const takeComplaints = watchComplaints(page);
    await answerAsRelay(page.context());
    await use(async (scene, query = '') => {
      await page.goto(`${harnessUrl}?${query}`);
      await page.evaluate((name) => window.parley.play(name), scene);
      return page;
    });
    expect(takeComplaints().filter((complaint) => !expectedComplaints?.test(complaint))).toEqual(
      [],
    );
  },
});

/** Makes a page that has been used like one that was just opened, but for its document. */
async function setUp(page: Page, viewport: ViewportSize | null): Promise<void> {
  const context = page.context();
  await page.evaluate(() => window.parley.end());
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await context.clearCookies();
  await context.clearPermissions();
  await page.emulateMedia({
    media: null,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    forcedColors: 'none',
    contrast: 'no-preference',
  });
  const { width, height } = page.viewportSize() ?? {};
  if (viewport !== null && (viewport.width !== width || viewport.height !== height)) {
    await page.setViewportSize(viewport);
  }
  await page.mouse.move(0, 0);
}

/** Answers what every page asks its relay; routes of a page come first. */
async function answerAsRelay(context: BrowserContext): Promise<void> {
  await context.route('**/api/v1/me', (route) => route.fulfill({ json: ME }));
  await context.route('**/health', (route) => route.fulfill({ json: OFFER }));
  // Which build there is now: nothing is known.
  await context.route('**/?build', (route) => route.fulfill({ body: '' }));
}

function watchComplaints(page: Page): () => string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  // What the content security policy forbids is reported here too.
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return () => complaints.splice(0);
}

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

/** Opens a page in which no time passes but by `page.clock.runFor`, however slow the machine is. */
export async function openAndStopClock(page: Page, open: () => Promise<Page>): Promise<void> {
  await page.clock.install({ time: 0 });
  await open();
  // Later than any page takes to open.
  await page.clock.pauseAt(600_000);
}

/** The engine's commands so far. */
export function commandsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.parley.engine.commands);
}

export { expect };
