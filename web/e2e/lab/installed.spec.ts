import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, WHOLE_CHROMIUM } from '../support/chromium.ts';
import { test } from '../call/support/call-test.ts';

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
    await expect(page.getByText('This page keeps trying.')).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByText('Parley is not answering.')).toBeVisible();
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
