import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, WHOLE_CHROMIUM } from '../support/chromium.ts';
import { test } from './support/call-test.ts';

test('the page can be installed, and opens without a network', async ({ network }) => {
  // Browsers install nothing in a window that forgets.
  const profile = mkdtempSync(join(tmpdir(), 'parley-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...WHOLE_CHROMIUM,
    args: [...CHROMIUM_ARGUMENTS],
  });
  try {
    const page = await context.newPage();
    await page.goto(network.origin);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    const session = await context.newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);

    // The worker's requests are cut off at the proxy, the page's belief by the browser.
    network.routeTo(9);
    network.cut();
    await page.goto(`${network.origin}/history`);
    await page.goto(network.origin);
    await context.setOffline(true);
    await expect(page.getByRole('heading', { name: 'There is no network.' })).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByRole('heading', { name: 'A voice you can talk to' })).toBeVisible();
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('the detector is loaded once a person comes near a button, or has talked before', async ({
  network,
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const isOfDetector = (url: string) => url.endsWith('.bin');
  const loaded: string[] = [];
  // A worker's requests are the context's, not the page's.
  context.on('request', (request) => {
    if (isOfDetector(request.url())) loaded.push(request.url());
  });
  const untilLoaded = () =>
    context.waitForEvent('request', { predicate: (request) => isOfDetector(request.url()) });
  await page.goto(network.origin, { waitUntil: 'networkidle' });
  expect(loaded).toEqual([]);
  const onHover = untilLoaded();
  await page.getByRole('button', { name: 'Press to talk' }).hover();
  await onHover;

  await page.evaluate(() => localStorage.setItem('parley.talked', '1'));
  await page.mouse.move(0, 0);
  const onReturn = untilLoaded();
  await page.reload();
  await onReturn;
  await context.close();
});
