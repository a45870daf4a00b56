import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { makeDatabaseTemplate } from '@parley/relay/testing';
import { expect, type Page } from '@playwright/test';
import { violationsIn } from '../support/axe.ts';
import { openCallPage, type CallPage } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { untilReplies } from './support/captions.ts';
import { startRealRelay, TYPED_PROVIDERS, type RelaySettings } from './support/real-relay.ts';
import { startVendors } from './support/vendors.ts';

/* The status page at a real relay: what a call does, and what fails, is seen there. */

const ADMIN_TOKEN = 'operators-token-0001';

test('a turn, its call and the log are seen while the call runs, and the call can be ended', async ({
  builtPage: _builtPage,
  dataDir,
  browser,
}) => {
  await makeDatabaseTemplate();
  // Words are shown by a relay that keeps them.
  await using relay = await startRelay(dataDir, { ...TYPED_PROVIDERS, STORAGE: 'on' });
  const origin = `http://localhost:${relay.port}`;
  await using call = await openCallPage(origin, { browser });
  const status = await openStatusOf(call, origin);
  await expect(lineOf(status)).toHaveText('All is well');
  const calls = status.getByRole('region', { name: 'Calls' });
  await expect(calls).toContainText('No call yet since the relay was started.');
  const turns = status.getByRole('region', { name: 'Last turns' });
  await expect(turns).toContainText('No turn yet');

  const { page } = call;
  await page.bringToFront();
  await page.getByRole('button', { name: 'Type', exact: true }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('what is 6 times 7?');
  await page.keyboard.press('Enter');
  await untilReplies(page, 1);

  await status.bringToFront();
  await expect(calls).toContainText('1 running, 1 connection');
  await expect(calls).toContainText('1 turn');
  const turn = turns.getByRole('listitem');
  await expect(turn).toHaveCount(1);
  await expect(turn).toContainText('what is 6 times 7?');
  await expect(turn).toContainText('6 times 7 is 42');
  await expect(turn).toContainText('embedded');
  const log = status.getByRole('region', { name: 'Log', exact: true });
  await expect(log.getByRole('status')).toHaveText('Live');
  expect(await violationsIn(status)).toEqual([]);

  await calls.getByRole('button', { name: /^End / }).click();
  await status.getByRole('button', { name: 'End the call' }).click();
  await expect(calls).toContainText('No call now. 1 call since the relay was started.');
  await expect(log.getByRole('listitem').first()).toContainText(/session|call/);
  await page.bringToFront();
  await expect(page.locator('#call-state')).not.toHaveText('Listening');
});

test('a provider that stops is named in the first line, and a relay that stops is missed', async ({
  builtPage: _builtPage,
  dataDir,
  browser,
}) => {
  await using vendors = await startVendors();
  await using relay = await startRelay(dataDir, {
    ...TYPED_PROVIDERS,
    ...vendors.settings,
    GENERATORS: 'anthropic,groq',
    HEALTH_INTERVAL_S: '1',
  });
  const origin = `http://localhost:${relay.port}`;
  await using call = await openCallPage(origin, { browser });
  const status = await openStatusOf(call, origin);
  await expect(lineOf(status)).toHaveText('All is well');

  vendors.anthropic.fail({ kind: 'status', status: 503 }, 'first-use');
  await expect(lineOf(status)).toHaveText(/^anthropic has failed/);
  const providers = status.getByRole('region', { name: 'Providers' });
  await expect(providers.getByText(/^Last error: /)).toBeVisible();
  await expect(
    providers.getByRole('button', { name: 'Reset anthropic (generator)' }),
  ).toBeVisible();
  vendors.recover();
  await providers.getByRole('button', { name: 'Reset anthropic (generator)' }).click();
  await expect(lineOf(status)).toHaveText('All is well');

  await relay.kill();
  await expect(lineOf(status)).toHaveText(/^The relay has not answered since/);
  await expect(providers).toContainText('anthropic');
});

function startRelay(dataDir: string, settings: RelaySettings) {
  return startRealRelay(mkdtempSync(join(dataDir, 'status-')), { ...settings, ADMIN_TOKEN });
}

/** Opens the status page beside the call's, as an operator with the token. */
async function openStatusOf({ page }: CallPage, origin: string): Promise<Page> {
  const status = await page.context().newPage();
  await status.goto(`${origin}/status`);
  await status.getByLabel('Operator’s token').fill(ADMIN_TOKEN);
  await status.keyboard.press('Enter');
  return status;
}

function lineOf(status: Page) {
  return status.getByRole('region', { name: 'Verdict' }).getByRole('status');
}
