import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Browser, type Page } from '@playwright/test';
import { violationsInBothThemes } from '../support/axe.ts';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { joined, silence } from '../support/wav.ts';
import { DESKTOP, openCallPage, PHONE } from './support/call-page.ts';
import { test as base } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { EMBEDDED_PROVIDERS, startRealRelay, type RealRelay } from './support/real-relay.ts';
import { serveStatically, type StaticHost } from './support/static-host.ts';

interface HostWorkerFixtures {
  /** The page's own origin; it has no relay. */
  readonly host: StaticHost;
  /** A relay elsewhere, which lets the host's page in. */
  readonly elsewhere: RealRelay;
}

const test = base.extend<object, HostWorkerFixtures>({
  host: [
    async ({ builtPage: _builtPage }, use) => {
      await using host = await serveStatically();
      await use(host);
    },
    { scope: 'worker' },
  ],
  elsewhere: [
    async ({ host, dataDir }, use) => {
      await using relay = await startRealRelay(dataDir, {
        ...EMBEDDED_PROVIDERS,
        ALLOWED_ORIGINS: host.origin,
      });
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

const originOf = ({ port }: Pick<RealRelay, 'port'>) => `http://localhost:${port}`;
const naming = (relay: string) => JSON.stringify({ relay });

/** Opens the page of `host`, types something, and resolves with what it says of that. */
async function complaintOf(
  { origin }: Pick<StaticHost, 'origin'>,
  browser: Browser,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  await using call = await openCallPage(origin, { browser });
  const { page } = call;
  await page.keyboard.press('t');
  await page.getByRole('textbox', { name: 'Message' }).fill('what is 7 times 8?');
  await page.keyboard.press('Enter');
  await look(page);
}

test('a page without a relay of its own speaks with the one that it is told of', async ({
  host,
  elsewhere,
}) => {
  host.configuration = naming(originOf(elsewhere));
  const asked = await speak(['What is seven times eight?'], 'rms');
  await using call = await openCallPage(host.origin, {
    hears: joined(silence(3_000), ...asked, silence(60_000)),
  });
  const { page, complaints, requests } = call;
  // The relay's health says which provider answers.
  await expect(page.getByText('A demo voice answers')).toBeVisible();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilReplies(page, 1);
  expect((await captions(page)).map(({ text }) => text)).toEqual([
    'what is 7 times 8?',
    '7 times 8 is 56.',
  ]);
  const origins = new Set(requests.map((request) => new URL(request.url()).origin));
  expect([...origins].toSorted()).toEqual([host.origin, originOf(elsewhere)].toSorted());
  const kept = await page.evaluate(() => Object.keys(localStorage));
  expect(kept).toContain(`parley.guest ${originOf(elsewhere)}`);
  // Neither the host's policy nor the relay's rules stood in the way.
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
});

test('a relay that is down is said once, named where it is asked for, and answers when it is up', async ({
  host,
  elsewhere,
  browser,
}) => {
  await using network = await startNetworkProxy(1);
  host.configuration = naming(network.origin);
  const [question] = await speak(['What is seven times eight?'], 'rms');
  await using call = await openCallPage(host.origin, { browser });
  const { page } = call;
  const said = page.getByText('Parley is not answering.');
  await expect(said).toBeVisible();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
  await expect(page.locator('#call-state')).toHaveText('Not connected yet');
  await expect(said).toHaveCount(1);
  await expect(page.getByRole('alert')).toBeEmpty();
  await page.getByText('Details').click();
  await expect(page.getByText(`No server could be reached at ${network.origin}.`)).toBeVisible();
  // As the notice says, this is not lost.
  await sayTo(page, question!);
  network.routeTo(elsewhere.port);
  await untilReplies(page, 1);
  expect((await captions(page)).map(({ text }) => text)).toEqual([
    'what is 7 times 8?',
    '7 times 8 is 56.',
  ]);
});

test('a relay that was not told of the page says what to add where', async ({
  elsewhere,
  browser,
}) => {
  await using stranger = await serveStatically();
  stranger.configuration = naming(originOf(elsewhere));
  await complaintOf(stranger, browser, async (page) => {
    await expect(page.getByRole('alert')).toContainText(
      `To allow it, add ${stranger.origin} to the relay's ALLOWED_ORIGINS.`,
    );
    await expect(page.locator('#call-state')).toHaveText(
      'Pages from this origin may not use this server',
    );
  });
});

test('a host that was not told of a relay says where to name it', async ({ host, browser }) => {
  host.configuration = undefined;
  await complaintOf(host, browser, async (page) => {
    await page.getByText('Details').click();
    await expect(page.getByRole('group')).toContainText(
      `The server at ${host.origin} does not speak Parley's protocol`,
    );
    await expect(page.getByRole('group')).toContainText('parley.json beside the page must name it');
  });
});

test('a configuration that cannot be read is explained at once', async ({ host, browser }) => {
  host.configuration = '{"relay": "relay.example"}';
  await using call = await openCallPage(host.origin, { browser });
  const { page } = call;
  const words =
    'This page is not set up correctly: parley.json must name the relay by its address alone';
  await expect(page.getByRole('alert')).toContainText(words);
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect(page.locator('#call-state')).toHaveText('This page is not set up correctly');
  await expect(page.getByRole('alert')).toContainText(words);
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    expect(await violationsInBothThemes(page), `${viewport.width} px wide`).toEqual([]);
  }
  // Another file takes effect with the next visit.
  host.configuration = '{}';
  const read = page.waitForResponse(`${host.origin}/parley.json`);
  await page.reload();
  await (await read).finished();
  await expect(page.locator('#call-state')).toHaveText('Not connected yet');
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a configuration that never comes holds up neither the page nor, for long, a call', async ({
  host,
  elsewhere,
  browser,
}) => {
  host.configuration = naming(originOf(elsewhere));
  await using call = await openCallPage(host.origin, { browser });
  const { page } = call;
  await expect(page.getByText('A demo voice answers')).toBeVisible();
  host.configuration = null;
  await page.reload();
  await page.getByRole('button', { name: 'What is seven times eight?' }).click();
  // The relay has the same address as the last time.
  await untilReplies(page, 1);
});

test('an address that leads nowhere leads home, on the host and on the relay', async ({
  host,
  elsewhere,
  page,
}) => {
  for (const origin of [host.origin, originOf(elsewhere)]) {
    const response = await page.goto(`${origin}/nowhere/at/all`);
    expect(response?.status()).toBe(404);
    expect(await violationsInBothThemes(page), origin).toEqual([]);
    await page.getByRole('link', { name: 'Go to Parley' }).click();
    await expect(page.getByRole('button', { name: 'Press to talk' })).toBeVisible();
  }
});

/** The page of another build, as far as an open tab can see: other names of its files. */
function nextBuild(root: string, folder: string): string {
  cpSync(root, folder, { recursive: true });
  const assets = join(folder, 'assets');
  for (const name of readdirSync(assets)) {
    if (name.startsWith('settings-dialog')) rmSync(join(assets, name));
  }
  const path = join(folder, 'index.html');
  const html = readFileSync(path, 'utf8');
  const [name = ''] = /index-[\w-]+(?=\.js)/.exec(html) ?? [];
  cpSync(join(assets, `${name}.js`), join(assets, 'index-next.js'));
  writeFileSync(path, html.replaceAll(name, 'index-next'));
  return folder;
}

const script = (page: Page) => page.locator('script[type=module]').getAttribute('src');

test('after a deployment an idle tab reloads itself, and one after its call when it is asked to', async ({
  host,
  elsewhere,
  dataDir,
  browser,
}) => {
  host.configuration = naming(originOf(elsewhere));
  // The service worker keeps a page, too.
  const context = await browser.newContext();
  const calling = await context.newPage();
  // What a test does to a page counts as the person's doing otherwise; and no page of it is hidden.
  const idle = await Promise.all(
    [
      () => Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false } }),
      () => Object.defineProperty(document, 'hidden', { value: true }),
    ].map(async (disguise) => {
      const page = await context.newPage();
      await page.addInitScript(disguise);
      await page.goto(host.origin);
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
      return page;
    }),
  );
  await calling.goto(host.origin);
  await calling.getByRole('button', { name: 'What is seven times eight?' }).click();
  await untilReplies(calling, 1);

  const before = host.root;
  host.root = nextBuild(before, join(dataDir, 'next-build'));
  await calling.getByRole('button', { name: 'Settings' }).click();
  const missing = calling.getByText('Part of this page could not be shown. The call goes on.');
  await expect(missing).toBeVisible();
  await calling.getByRole('button', { name: 'Dismiss' }).click();
  await expect(calling.getByText('Parley was updated.')).toHaveCount(0);
  await calling.getByRole('button', { name: 'Hang up' }).click();
  await expect(calling.getByText('Parley was updated.')).toBeVisible();
  await expect(calling.getByRole('region', { name: 'Conversation' })).toContainText('is 56');
  await calling.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => script(calling)).toBe('/assets/index-next.js');

  for (const page of idle) {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => script(page)).toBe('/assets/index-next.js');
  }
  host.root = before;
  await context.close();
});
