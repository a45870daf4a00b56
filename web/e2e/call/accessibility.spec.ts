import { expect, type Page } from '@playwright/test';
import { violationsInBothThemes } from '../support/axe.ts';
import { silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { untilReplies } from './support/captions.ts';
import { DESKTOP, PHONE } from './support/call-page.ts';

test('axe finds nothing wrong before a call, in one, and with the panel open', async ({ open }) => {
  test.setTimeout(120_000);
  const { page } = await open({
    hears: silence(1_000),
    // Nothing is judged halfway through fading in.
    context: { reducedMotion: 'reduce' },
  });
  await expectNoViolation(page, 'before the call');

  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.getByRole('button', { name: 'Type', exact: true }).click();
  const message = page.getByRole('textbox', { name: 'Message' });
  for (const [n, text] of ['what is 7 times 8', 'flip a coin'].entries()) {
    await message.fill(text);
    await message.press('Enter');
    await untilReplies(page, n + 1);
  }
  await expectNoViolation(page, 'in a call');

  await page.getByRole('button', { name: 'Debug' }).click();
  const turns = page.getByRole('region', { name: 'Turns', exact: true });
  await turns.getByText('All turns as a table').click();
  await expectNoViolation(page, 'with the panel open');
});

async function expectNoViolation(page: Page, when: string): Promise<void> {
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    expect(await violationsInBothThemes(page), `${when}, ${viewport.width} px`).toEqual([]);
  }
}
