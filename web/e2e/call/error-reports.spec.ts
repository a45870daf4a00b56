import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SentryServer } from '@parley/relay/testing';
import { expect, type Page, type Request } from '@playwright/test';
import { test } from './support/call-test.ts';
import { untilReplies } from './support/captions.ts';
import { startRealRelay, TYPED_PROVIDERS, type RealRelay } from './support/real-relay.ts';

const SENTENCE = 'The emerald lies under the lemon tree';
/** What the library and our own code beside it are built into. */
const LIBRARY = /\/assets\/start-error-reports-/;

/** A script of the page's own origin that fails as page code can. */
const BROKEN = `
  function sayNothing(nothing) { return nothing.word; }
  setTimeout(function onTimer() { sayNothing(undefined); });
  setTimeout(function onWords() { throw new Error(document.body.innerText); }, 20);
  setTimeout(function onToken() { Promise.reject(JSON.stringify(localStorage)); }, 40);
`;

async function openPage(page: Page, port: number): Promise<readonly Request[]> {
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  const known = page.waitForResponse('**/api/v1/auth');
  await page.goto(`http://localhost:${port}/?secret=open-sesame`);
  await (await known).finished();
  return requests;
}

async function breakPage(page: Page): Promise<void> {
  await page.route('**/assets/broken.js*', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: BROKEN }),
  );
  await page.addScriptTag({ url: '/assets/broken.js?secret=open-sesame' });
}

async function typeSentence(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Type' }).click();
  await page.keyboard.type(SENTENCE);
  await page.keyboard.press('Enter');
  await untilReplies(page, 1);
}

test.describe('with a project of Sentry for the page', () => {
  const resources = new AsyncDisposableStack();
  let sentry: SentryServer;
  let relay: RealRelay;

  test.beforeAll(async ({ builtPage: _builtPage, dataDir }) => {
    sentry = resources.use(await SentryServer.start());
    const folder = mkdtempSync(join(dataDir, 'reports-'));
    const settings = { ...TYPED_PROVIDERS, SENTRY_PAGE_DSN: sentry.dsn };
    relay = resources.use(await startRealRelay(folder, settings));
  });
  test.afterAll(() => resources.disposeAsync());

  test('errors of the page arrive there, without speech, tokens or addresses', async ({ page }) => {
    const loaded = page.waitForResponse(LIBRARY);
    const requests = await openPage(page, relay.port);
    await (await loaded).finished();
    await typeSentence(page);
    await breakPage(page);
    await sentry.requests.until('onTimer');
    await expect.poll(() => sentry.events.length).toBe(3);

    // They are sent side by side.
    const first = sentry.events.find((event) => JSON.stringify(event).includes('onTimer'));
    const others = sentry.events.filter((event) => event !== first);
    expect(first).toMatchObject({
      level: 'error',
      release: expect.stringMatching(/^parley@\d/),
      exception: {
        values: [
          {
            type: 'TypeError',
            value: "Cannot read properties of undefined (reading 'word')",
            mechanism: { type: 'onerror', handled: false },
            stacktrace: {
              frames: [
                { filename: 'app:///assets/broken.js', function: 'onTimer', lineno: 3 },
                { filename: 'app:///assets/broken.js', function: 'sayNothing', lineno: 2 },
              ],
            },
          },
        ],
      },
    });
    expect(first!.tags['sessionId']).toMatch(/^sess_/);
    const values = others.map(({ exception }) => exception!.values[0]!.value);
    expect(values).toEqual(['The message is not sent.', 'The message is not sent.']);

    const tokens = await page.evaluate(() => JSON.stringify(localStorage).match(/[\w-]{20,}/g));
    expect(tokens).not.toBeNull();
    const sent = requests.filter((request) => request.url().endsWith('/api/v1/reports'));
    expect(sent).toHaveLength(3);
    const bodies = sent.map((request) => request.postData() ?? '');
    const known = ['emerald', 'lemon', 'open-sesame', 'localhost:', ...tokens!];
    for (const text of [...bodies.map(withoutDsn), ...sentry.requests.lines.map(withoutHeaders)]) {
      for (const planted of known) expect(text).not.toContain(planted);
    }
    const hosts = requests.map((request) => new URL(request.url()).hostname);
    expect(hosts.filter((host) => host !== 'localhost')).toEqual([]);
  });

  test('a media worker that crashes is told with its place', async ({ page }) => {
    await page.route('**/assets/media.worker-*.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `onmessage = ({ data }) => { if (data.type === 'start') data.nothing.send(); }`,
      }),
    );
    const loaded = page.waitForResponse(LIBRARY);
    await openPage(page, relay.port);
    await (await loaded).finished();
    await page.getByRole('button', { name: 'What time is it in Tokyo?' }).click();
    await sentry.requests.until('worker_failed');
    const crashes = sentry.events.filter(({ tags }) => tags['code'] === 'worker_failed');
    expect(crashes).toMatchObject([
      {
        exception: {
          values: [
            {
              type: 'TypeError',
              value: "Cannot read properties of undefined (reading 'send')",
              stacktrace: {
                frames: [{ filename: expect.stringMatching(/^app:\/\/\/assets\/media\.worker-/) }],
              },
            },
          ],
        },
      },
    ]);
  });
});

test('without one nothing of it is loaded, and nothing is sent', async ({ relay, page }) => {
  const requests = await openPage(page, relay.port);
  const failed = page.waitForEvent('pageerror');
  await breakPage(page);
  await failed;
  await page.waitForLoadState('networkidle');
  const urls = requests.map((request) => request.url());
  expect(urls.filter((url) => LIBRARY.test(url) || url.includes('/reports'))).toEqual([]);
});

/** The first line of an envelope names the project. */
function withoutDsn(envelope: string): string {
  return envelope.slice(envelope.indexOf('\n'));
}

/** The address that the relay itself was sent to. */
function withoutHeaders(request: string): string {
  return request.replace(/"host":"[^"]*"/, '');
}
