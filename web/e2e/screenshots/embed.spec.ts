import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { frameOf, openHost, test } from '../call/support/embed-test.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

const STYLE = `
  :root { color-scheme: light dark; background: light-dark(#fff, #14161c) }
  body { font: 16px/1.6 system-ui; margin: 40px; max-width: 26rem }
  h1 { font-size: 1.6rem }`;
const WORDS = `<p>Spades, rakes and shears that outlast the garden. Not sure which one you need? Ask.</p>
  <p>Orders before noon leave the same day. Blades are sharpened for free, for life.</p>`;

/** Pages of somebody else's, each with a call in it. */
const SCREENSHOTS = [
  { name: 'embed', viewport: { width: 900, height: 600 }, colours: '' },
  {
    name: 'embed-phone',
    viewport: { width: 390, height: 660 },
    dark: true,
    colours: '--parley-accent: #f2b45c; --parley-surface: #1d2029',
  },
];

for (const { name, viewport, dark = false, colours } of SCREENSHOTS) {
  test(`${name}.png shows what it shall`, async ({ host, network, browser }) => {
    await using opened = await openHost(
      host,
      browser,
      `<style>${STYLE}</style>${WORDS}<script src="${network.origin}/embed.js"></script>
      <parley-call position="bottom-right" label="Ask the gardener" style="${colours}"></parley-call>`,
      { viewport, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB' },
    );
    const { page } = opened;
    const frame = await frameOf(page);
    // Of a person who has talked before: the guide to the first talk is hidden.
    await frame.evaluate(() =>
      localStorage.setItem('embed parley.settings', JSON.stringify({ guided: true })),
    );
    await page.reload();
    const again = await frameOf(page);
    await again.getByRole('button', { name: 'Ask the gardener' }).click();
    await expect(again.locator('#call-state')).toHaveText('Listening');
    for (const [index, question] of [
      'How many kilometers is five miles?',
      'What is seven times eight?',
    ].entries()) {
      // By its key: a pointer that rests on a control shows what the key is.
      await page.keyboard.press('t');
      await again.getByRole('textbox', { name: 'Message' }).fill(question);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      if (index === 0) await expect(again.locator('li[data-status="completed"]')).toHaveCount(1);
    }
    // Takes the focus, and its ring, from the frame.
    await page.mouse.click(1, 1);
    await expect(again.locator('[data-spoken="now"]')).toHaveText(/times|8|is/);
    const image = await page.screenshot({
      path: join(IMAGES, `${name}.png`),
      animations: 'disabled',
      caret: 'hide',
    });
    // A README is read over slow lines, too.
    expect(image.byteLength).toBeLessThanOrEqual(150_000);
  });
}
