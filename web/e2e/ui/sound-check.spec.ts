import type { Page } from '@playwright/test';
import { FAILED_TO_START } from '../../src/client/store/call-facts.ts';
import type { CheckEvent } from '../../src/client/engine/sound-check/sound-check-events.ts';
import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const MIXED: readonly CheckEvent[] = [
  {
    type: 'measured',
    figures: {
      microphone: { kind: 'open', label: 'Headset', captureHz: 8_000, contextHz: 48_000 },
      noiseDbfs: -61,
      speechDbfs: -49,
      speaker: { kind: 'heard', levelDbfs: -34, delayMs: 310 },
      echo: { levelDbfs: -41, aboveNoiseDb: 20 },
      relay: { roundTripsMs: [14, 12, 18, 11, 13], failed: 0 },
      detector: { kind: 'ready', speech: 0.81, silence: 0.02 },
    },
  },
  { type: 'done' },
];

function answer(page: Page, events: readonly CheckEvent[]): Promise<void> {
  return page.evaluate((found) => window.parley.engine.answerSoundCheck(found), events);
}

// The themes differ in colours, which are the same at all widths.
for (const [width, findViolations] of [
  [1_280, violationsInBothThemes],
  [390, violationsIn],
] as const) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 800 } });

    test('the check is done by keyboard, says what to do, and axe finds nothing wrong', async ({
      open,
    }) => {
      const page = await open('idle');
      await answer(page, MIXED);
      const settings = page.getByRole('button', { name: 'Settings' });
      await settings.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Check sound and connection' }).press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Sound and connection' });
      await expect(dialog.getByRole('button', { name: 'Start the check' })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('status').first()).toHaveText(
        'Done. 4 things could be better.',
      );
      await expect(dialog.getByRole('listitem').first()).toHaveText(
        'Needs attention: Your microphone is very quiet.Raise its level in the system’s sound settings, or come closer.',
      );
      expect(await findViolations(page)).toEqual([]);
      const isWithin = await dialog.evaluate((box) => box.scrollWidth <= innerWidth);
      expect(isWithin).toBe(true);
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      await expect(settings).toBeFocused();
    });
  });
}

test('the sheet has its height from the first step to the last', async ({ open, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('idle');
  const dialog = page.getByRole('dialog', { name: 'Sound and connection' });
  const boxOf = async (events: readonly CheckEvent[]) => {
    await answer(page, events);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Check sound and connection' }).click();
    await page.getByRole('button', { name: 'Start the check' }).click();
    // Never blank.
    await expect(dialog.getByRole('region', { name: 'What was found' })).toContainText(/\w/);
    const box = await dialog.boundingBox();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    return box;
  };
  const atStart = await boxOf([{ type: 'step', step: 'quiet' }]);
  expect(await boxOf(MIXED)).toEqual(atStart);
});

test('a check in a call is silent in the call, and gives its microphone back', async ({ open }) => {
  const page = await open('listening');
  await answer(page, [{ type: 'step', step: 'speak' }]);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Check sound and connection' }).click();
  await page.getByRole('button', { name: 'Start the check' }).click();
  await expect(page.getByText('Now say a few words')).toBeVisible();
  await expect(page.locator('#call-state')).toHaveText('Muted');
  await page.keyboard.press('Escape');
  await expect(page.locator('#call-state')).toHaveText('Listening');
  const commands = await commandsOf(page);
  expect(commands.slice(commands.indexOf('cancelResponse'))).toEqual([
    'cancelResponse',
    'setMuted:true',
    'checkSound',
    'checkSound:aborted',
    'setMuted:false',
    'requestMicrophone',
  ]);
});

test('a call that failed offers the check, one that was hung up does not', async ({ open }) => {
  const page = await open('listening');
  const offer = page.getByRole('button', { name: 'Check sound and connection' });
  await page.evaluate(
    (reason) => window.parley.engine.emit({ type: 'closed', reason }),
    FAILED_TO_START,
  );
  await offer.click();
  await expect(page.getByRole('dialog', { name: 'Sound and connection' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Call again' }).last().click();
  await page.evaluate(() => window.parley.engine.emit({ type: 'phase', phase: 'listening' }));
  await page.getByRole('button', { name: 'Hang up' }).click();
  await expect(page.locator('#call-state')).toHaveText('The call has ended');
  await expect(offer).toHaveCount(0);
});
