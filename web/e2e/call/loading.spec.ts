import { expect, type BrowserContext, type CDPSession } from '@playwright/test';
import { servedBytes } from '../support/served-bytes.ts';
import { test } from './support/call-test.ts';

/** Scripts and styles, worker included, compressed. */
const MAX_FIRST_LOAD_BYTES = 129_500;

test('little is loaded before the button is pressed, the detector once a person comes near it, and on a second visit next to nothing', async ({
  network,
  browser,
}) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const requested: string[] = [];
  // A worker's requests are the context's, not the page's.
  context.on('request', (request) => requested.push(request.url()));
  const page = await context.newPage();
  await page.addInitScript(countFormatters);
  await page.goto(network.origin, { waitUntil: 'networkidle' });
  expect(requested.filter(isOfDetector)).toEqual([]);
  expect(await page.evaluate(() => (window as CountedWindow).formatters)).toBe(0);

  await expect(page.locator('link[rel=manifest]')).toHaveCount(1);

  const onHover = untilDetectorLoads(context);
  await page.getByRole('button', { name: 'Press to talk' }).hover();
  await onHover;
  const code = requested.filter((url) => /\.(js|css)$/.test(url));
  const sizes = await Promise.all(
    code.map(async (url) => ({ name: new URL(url).pathname, bytes: await servedBytes(url) })),
  );
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  test.info().annotations.push({
    type: 'first load, bytes',
    description: `${total} ${JSON.stringify(sizes)}`,
  });
  const names = sizes.map(({ name }) => name);
  expect(names).toContainEqual(expect.stringMatching(/worker/));
  expect(names.filter((name) => /settings|debug/.test(name))).toEqual([]);
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES);

  // A person that has talked before will talk again.
  await page.evaluate(() => localStorage.setItem('parley.last-talk', '{}'));
  await page.mouse.move(0, 0);
  const loaded = await watchLoading(await context.newCDPSession(page));
  const onReturn = untilDetectorLoads(context);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Press to talk' })).toBeVisible();
  await onReturn;

  const [html] = loaded().filter(({ url }) => new URL(url).pathname === '/');
  expect(html).toMatchObject({ status: 304, fromCache: false });
  const assets = loaded().filter(({ url }) => url.includes('/assets/'));
  // One script and one style sheet.
  expect(assets.length).toBeGreaterThanOrEqual(2);
  expect(assets.filter(({ fromCache }) => !fromCache)).toEqual([]);
  await context.close();
});

function isOfDetector(url: string): boolean {
  return url.endsWith('.bin');
}

async function untilDetectorLoads(context: BrowserContext): Promise<void> {
  await context.waitForEvent('request', { predicate: (request) => isOfDetector(request.url()) });
}

type CountedWindow = Window & { formatters?: number };

/** Runs in the page: the first formatter of a process takes 50 to 80 ms, before anything is drawn. */
function countFormatters(): void {
  const counted: CountedWindow = window;
  counted.formatters = 0;
  const count = (): void => void (counted.formatters = (counted.formatters ?? 0) + 1);
  Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
    apply: (format, _this, options: []) => (count(), format(...options)),
    construct: (format, options: []) => (count(), new format(...options)),
  });
}

interface Loaded {
  readonly url: string;
  /** What the relay answered, if it was asked. */
  readonly status: number;
  readonly fromCache: boolean;
}

/** What the page loads from here on. */
async function watchLoading(session: CDPSession): Promise<() => readonly Loaded[]> {
  const loaded = new Map<string, Loaded>();
  const cached = new Set<string>();
  const statuses = new Map<string, number>();
  session.on('Network.requestServedFromCache', ({ requestId }) => cached.add(requestId));
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) =>
    statuses.set(requestId, statusCode),
  );
  session.on('Network.responseReceived', ({ requestId, response }) => {
    loaded.set(requestId, {
      url: response.url,
      status: response.status,
      fromCache: response.fromDiskCache === true,
    });
  });
  await session.send('Network.enable');
  return () =>
    [...loaded].map(([requestId, entry]) => ({
      ...entry,
      status: statuses.get(requestId) ?? entry.status,
      // A revalidated answer is taken from the cache too, but not without asking.
      fromCache: (entry.fromCache || cached.has(requestId)) && !statuses.has(requestId),
    }));
}
