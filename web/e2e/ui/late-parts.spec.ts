import { readFileSync } from 'node:fs';
import type { BrowserContext, Page, Route } from '@playwright/test';
import { violationsInBothThemes } from '../support/axe.ts';
import { expect, freshTest } from './support/ui-test.ts';

const SETTINGS = '**/assets/settings-dialog*';

/** What a browser may get in place of a file. */
const FAILURES: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  'an error': (route) => route.fulfill({ status: 404, body: '' }),
  'no answer': (route) => route.abort(),
  'a page in place of it': (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><p>Elsewhere</p>' }),
};

const hangUp = (page: Page) => page.getByRole('button', { name: 'Hang up' });
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' });
const dismiss = (page: Page) => page.getByRole('button', { name: 'Dismiss' });
const MISSING = 'Part of this page could not be shown.';

async function expectCall(page: Page): Promise<void> {
  await expect(hangUp(page)).toBeVisible();
  await expect(page.locator('[data-orb]')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Conversation' })).toBeVisible();
}

freshTest.use({ expectedComplaints: /Failed to load resource|planted|React child|#31/ });

for (const [name, fail] of Object.entries(FAILURES)) {
  freshTest(`${name} in place of the settings leaves the call as it is`, async ({ open, page }) => {
    await page.route(SETTINGS, fail);
    await open('speaking');
    const settings = page.getByRole('button', { name: 'Settings' });
    await settings.click();
    const notice = page.getByRole('status').filter({ hasText: MISSING });
    await expect(notice).toContainText(`${MISSING} The call goes on.`);
    await expectCall(page);
    await expect(settings).toBeFocused();
    await tryAgain(page).click();
    await expect(notice).toBeVisible();
    await page.keyboard.press('m');
    await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible();
    await dismiss(page).click();
    await expect(notice).toHaveCount(0);

    await page.unroute(SETTINGS);
    await settings.click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await expect(dialog).toBeVisible();
    // With its styles, which failed too.
    await expect(dialog).toHaveCSS('position', 'fixed');
    await expect(page.getByRole('tablist').or(dialog.getByRole('heading')).first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(settings).toBeFocused();
  });
}

freshTest(
  'what could not be loaded without a network comes by itself with it',
  async ({ open, page, context }) => {
    await open('speaking');
    await expectCall(page);
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Settings' }).click();
    await expect(page.getByText('There is no network.')).toBeVisible();
    await expectCall(page);
    await context.setOffline(false);
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();
  },
);

freshTest('no part that is fetched later takes the call with it', async ({ open, page }) => {
  await open('speaking');
  // Captions are fetched when a call begins.
  await expectCall(page);
  await page.route('**/assets/*', FAILURES['an error']!);
  for (const press of ['?', 'd']) {
    await page.keyboard.press(press);
    await expect(page.getByText(MISSING)).toBeVisible();
    await expectCall(page);
    await dismiss(page).click();
    await expect(page.getByText(MISSING)).toHaveCount(0);
  }
  const menu = page.getByRole('button', { name: 'Account and history' });
  await menu.click();
  await expect(page.getByText(MISSING)).toBeVisible();
  await dismiss(page).click();
  await expect(page.getByText(MISSING)).toHaveCount(0);
  await page.evaluate(() =>
    window.parley.engine.emit({ type: 'microphone', result: { ok: false, refusal: 'lost' } }),
  );
  await expect(page.getByText(MISSING)).toBeVisible();
  await expectCall(page);
  await page.evaluate(() => {
    history.pushState(null, '', '/history');
  });
  await expect(page.getByText('This page could not be shown.')).toBeVisible();
  await hangUp(page).click();
  await expect(hangUp(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'To the call screen' }).click();
  await expect(page.locator('[data-orb]')).toBeVisible();
});

freshTest('without the worker that draws it the orb stands still', async ({ open, page }) => {
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.route('**/assets/orb.worker*', FAILURES['an error']!);
  await open('listening');
  const isDrawn = () =>
    page.locator('[data-orb] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      // Throws if the canvas is a worker's.
      const pixel = canvas.getContext('2d')!.getImageData(width / 2, height / 2, 1, 1).data;
      return pixel[3]! > 0;
    });
  await expect.poll(() => isDrawn().catch(() => false)).toBe(true);
});

freshTest('a part that fails when it is shown is missing alone', async ({ open, page }) => {
  await page.route('**/assets/settings-dialog*.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: 'export const SettingsDialog = () => { throw new Error("planted"); };',
    }),
  );
  await open('speaking');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText(`${MISSING} The call goes on.`)).toBeVisible();
  await expectCall(page);
});

freshTest('a page beside the call that fails leads back to it', async ({ open, page }) => {
  await page.route('**/assets/account-pages*.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      // As the module itself, and as the bundler may wrap it.
      body: `export const AccountPages = () => { throw new Error('planted'); };
        export const t = { AccountPages };`,
    }),
  );
  await open('speaking');
  await page.evaluate(() => history.pushState(null, '', '/history'));
  await expect(page.getByText('This page could not be shown.')).toBeVisible();
  await expect(hangUp(page)).toBeVisible();
  await page.getByRole('button', { name: 'To the call screen' }).click();
  await expectCall(page);
});

freshTest('a page that fails itself can still hang up', async ({ open, page }) => {
  await open('speaking');
  await page.evaluate(() => {
    const message = {} as string;
    window.parley.engine.emit({ type: 'error', code: 'internal_error', message });
  });
  await expect(page.getByText('This page could not be shown.')).toBeVisible();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await hangUp(page).click();
  await expect(page.getByText('The call goes on.')).toHaveCount(0);
  await page.evaluate(() => window.parley.engine.emit({ type: 'phase', phase: 'ended' }));
});

const UPDATED = 'Parley was updated.';

/** From now on the host has another build. */
async function deploy(page: Page | BrowserContext): Promise<void> {
  await page.route('**/?build', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<script src="/assets/index-new.js">' }),
  );
}

const look = (page: Page) =>
  page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

/** What a test does to a page counts as the person's doing otherwise. */
const leaveUntouched = (page: Page) =>
  page.addInitScript(() =>
    Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false } }),
  );

freshTest(
  'a page that nobody has touched reloads itself for another build, once',
  async ({ open, page }) => {
    await leaveUntouched(page);
    await open('idle');
    await deploy(page);
    const reloaded = page.waitForEvent('load');
    await look(page);
    await reloaded;
    // The host is in the middle of its deployment, and has answered with the old one again.
    await look(page);
    await expect(page.getByText(UPDATED)).toBeVisible();
  },
);

freshTest('a call hears nothing of another build before it is over', async ({ open, page }) => {
  await open('speaking');
  await deploy(page);
  await page.route(SETTINGS, FAILURES['an error']!);
  const asked = page.waitForResponse('**/?build');
  await page.getByRole('button', { name: 'Settings' }).click();
  await (await asked).finished();
  await expect(page.getByText(`${MISSING} The call goes on.`)).toBeVisible();
  await dismiss(page).click();
  await expect(page.getByText('Parley was updated')).toHaveCount(0);
  await hangUp(page).click();
  await expect(page.getByText(UPDATED)).toBeVisible();
  // The words of the call are still there to be copied.
  await expect(page.getByRole('region', { name: 'The call that is over' })).toBeVisible();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await dismiss(page).click();
  await expect(page.getByText(UPDATED)).toHaveCount(0);
});

freshTest('a page with a draft in it is left to the person', async ({ open, page }) => {
  await open('idle');
  await page.keyboard.press('t');
  await page.getByRole('textbox', { name: 'Message' }).fill('what is');
  await deploy(page);
  await look(page);
  await expect(page.getByText(UPDATED)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('what is');
});

/** In `index.html`, for the time before React puts the page in its place. */
const [UNLOADED = ''] = /<div id="root">.*<\/div>/s.exec(
  readFileSync(new URL('../../index.html', import.meta.url), 'utf8'),
)!;

for (const [name, missing] of [
  ['script', '**/assets/harness*.js'],
  ['style', '**/assets/*.css'],
] as const) {
  freshTest(`without its first ${name} the page says so`, async ({ page, harnessUrl }) => {
    await page.route(harnessUrl, async (route) => {
      const html = await (await route.fetch()).text();
      await route.fulfill({
        contentType: 'text/html',
        body: html.replace('<body>', `$&${UNLOADED}`),
      });
    });
    await page.route('**/assets/harness*.js', FAILURES['an error']!);
    await page.route(missing, FAILURES['an error']!);
    await page.goto(harnessUrl);
    const words = page.getByText('Check the connection, then reload this page.');
    if (name === 'script') {
      // Not before the script had time to come.
      await expect(words).toBeHidden();
      await page.evaluate(() => document.getAnimations().forEach((shown) => shown.finish()));
    }
    await expect(words).toBeVisible();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });
}
