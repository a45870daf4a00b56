import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { servedBytes } from '../support/served-bytes.ts';
import { frameOf, openHost, test } from './support/embed-test.ts';

/** Script, document and what that needs, compressed. */
const MAX_FIRST_LOAD_BYTES = 100_000;

test('a keyboard comes in, opens, puts away and comes out', async ({ host, network, browser }) => {
  await using opened = await openHost(
    host,
    browser,
    `<button>Before</button><parley-call></parley-call><button>After</button>
    <script src="${network.origin}/embed.js" async></script>`,
  );
  const { page } = opened;
  const frame = await frameOf(page);
  await page.getByRole('button', { name: 'Before' }).focus();
  await page.keyboard.press('Tab');
  await expect(frame.getByRole('button', { name: 'Talk to us' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(frame.getByRole('button', { name: 'Listening: just talk' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(frame.getByRole('button', { name: 'In a call' })).toBeFocused();
  await page.keyboard.press('Enter');
  await frame.getByRole('button', { name: 'Hang up' }).click();
  await expect(frame.getByRole('button', { name: 'Press to talk again' })).toBeFocused();
  await frame.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'After' })).toBeFocused();
});

test('little is loaded before a person comes near', async ({ host, network, browser }) => {
  const body = `<parley-call></parley-call><script src="${network.origin}/embed.js"></script>`;
  await using opened = await openHost(host, browser, '');
  const { page } = opened;
  const requested: string[] = [];
  page.context().on('request', (request) => requested.push(request.url()));
  host.body += body;
  await page.reload({ waitUntil: 'networkidle' });
  await (await frameOf(page)).getByRole('button', { name: 'Talk to us' }).waitFor();
  const own = [...new Set(requested.filter((url) => url.startsWith(network.origin)))];
  // The script, the document, its one script and its one style sheet.
  expect(own).toHaveLength(4);
  const sizes = await Promise.all(own.map(servedBytes));
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  test
    .info()
    .annotations.push({ type: 'first load, bytes', description: `${total}: ${sizes.join(', ')}` });
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES);
});

test('axe finds nothing, whatever it looks like', async ({ host, network, browser }) => {
  await using opened = await openHost(
    host,
    browser,
    `<style>:root { color-scheme: light dark }</style><parley-call></parley-call>
    <parley-call id="card" look="card"></parley-call><script src="${network.origin}/embed.js"></script>`,
  );
  const { page } = opened;
  await frameOf(page, 'parley-call:not([id])');
  const frame = await frameOf(page, '#card');
  const check = async (what: string, axe: AxeBuilder, fewest: number) => {
    const { violations, passes } = await axe.analyze();
    const within = passes.flatMap(({ nodes }) => nodes.filter(({ target }) => target.length > 1));
    expect(within.length, what).toBeGreaterThan(fewest);
    const faults = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
    expect(faults, what).toEqual([]);
  };
  await check('before a call', new AxeBuilder({ page }), 10);
  await frame.getByRole('button', { name: 'Type' }).click();
  await frame.getByRole('textbox', { name: 'Message' }).fill('What is seven times eight?');
  await page.keyboard.press('Enter');
  await expect(frame.locator('li[data-status="completed"]')).toHaveCount(1);
  await check('in a call', new AxeBuilder({ page }), 10);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  // The themes differ in colours alone.
  await check('dark', new AxeBuilder({ page }).withRules(['color-contrast']), 1);
});
