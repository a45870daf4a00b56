import type { Page } from '@playwright/test';
import { installScriptedSpeech, letInstall } from '../media/scripted-speech.ts';
import { violationsIn } from '../support/axe.ts';
import { installScriptedModel, letDownload, modelCounts } from '../support/scripted-model.ts';
import { commandsOf, expect, freshTest as test } from './support/ui-test.ts';

const MODEL = { name: 'Answer open questions' };
const HEARING = { name: 'Understand any words' };

/** Opens the settings in a browser whose model is as it is said. */
async function openSettings(
  page: Page,
  model: 'available' | 'downloadable' | 'unavailable',
): Promise<void> {
  await page.evaluate((availability) => sessionStorage.setItem('model', availability), model);
  await page.reload();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
}

test('the browser’s model, if it has one, is off until it is switched on, and says where it runs', async ({
  open,
  page,
}) => {
  await open('idle');
  await page.addInitScript(installScriptedModel);
  await openSettings(page, 'unavailable');
  const model = page.getByRole('switch', MODEL);
  await expect(page.getByRole('radiogroup', { name: 'Short sounds' })).toBeVisible();
  await expect(page.getByText('100 %')).toBeVisible();
  // No microphone is open yet.
  await expect(page.getByText('Level')).toHaveCount(0);
  await expect(model).toHaveCount(0);
  await openSettings(page, 'available');
  await expect(model).not.toBeChecked();
  await expect(page.getByText('It runs on this computer.')).toBeVisible();
  await model.click();
  await expect(model).toBeChecked();
  await page.reload();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(model).toBeChecked();
  await model.click();
  await expect(model).not.toBeChecked();
});

test('in a call it holds at once', async ({ open, page }) => {
  await page.addInitScript(installScriptedModel);
  await open('listening');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('switch', MODEL).click();
  await expect
    .poll(() => commandsOf(page))
    .toContain('setBrowserHelp:{"answers":true,"hears":"off"}');
  await page.getByRole('switch', MODEL).click();
  await expect
    .poll(() => commandsOf(page))
    .toContain('setBrowserHelp:{"answers":false,"hears":"off"}');
});

test('a download is announced, shown, cancelled, and may fail', async ({ open, page }) => {
  await open('idle');
  await page.addInitScript(installScriptedModel);
  await openSettings(page, 'downloadable');
  const model = page.getByRole('switch', MODEL);
  await expect(page.getByText('Your browser downloads it first')).toBeVisible();
  await model.click();
  const progress = page.getByRole('progressbar', { name: 'Download of the model' });
  await expect(progress).toBeVisible();
  await letDownload(page, 0.42);
  await expect(page.getByText('42 %')).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);
  // The download goes on behind a closed dialog.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText('42 %')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the download' }).click();
  await expect(progress).toHaveCount(0);
  await expect(model).not.toBeChecked();

  await model.click();
  await letDownload(page, null);
  await expect(
    page.getByRole('alert').filter({ hasText: 'could not get the model' }),
  ).toBeVisible();
  await expect(model).not.toBeChecked();
  expect(await violationsIn(page)).toEqual([]);

  await model.click();
  await letDownload(page, 1);
  await expect(progress).toHaveCount(0);
  await expect(model).toBeChecked();
  expect(await modelCounts(page)).toMatchObject({ open: 0 });
});

test('speech that would leave this computer does so only with the person’s consent', async ({
  open,
  page,
}) => {
  await open('idle');
  await page.addInitScript(installScriptedSpeech);
  await page.addInitScript(installScriptedModel);
  await page.evaluate(() => sessionStorage.setItem('speech', 'unavailable'));
  await openSettings(page, 'unavailable');
  const hearing = page.getByRole('switch', HEARING);
  await expect(page.getByText('First it is asked')).toBeVisible();
  await hearing.click();
  const question = page.getByRole('group', HEARING);
  await expect(question).toContainText('It would send your speech to the browser’s maker');
  expect(await violationsIn(page)).toEqual([]);
  await question.getByRole('button', { name: 'Do not send it' }).click();
  await expect(question).toHaveCount(0);
  await expect(hearing).not.toBeChecked();
  await hearing.click();
  await question.getByRole('button', { name: 'I agree, send it' }).click();
  await expect(hearing).toBeChecked();
  await expect(page.getByText('Your speech is sent to the browser’s maker.')).toBeVisible();
  await expect(page.getByText('It runs on this computer.')).toHaveCount(0);
});

test('speech is recognised on this computer if it can be, after a download if need be', async ({
  open,
  page,
}) => {
  await open('idle');
  await page.addInitScript(installScriptedSpeech);
  await page.addInitScript(installScriptedModel);
  await openSettings(page, 'unavailable');
  const hearing = page.getByRole('switch', HEARING);
  await hearing.click();
  await expect(hearing).toBeChecked();
  await expect(page.getByText('It runs on this computer.')).toBeVisible();
  await hearing.click();
  await expect(hearing).not.toBeChecked();

  await page.evaluate(() => sessionStorage.setItem('speech', 'downloadable'));
  await openSettings(page, 'unavailable');
  await hearing.click();
  const progress = page.getByText('Downloading the language');
  await expect(progress).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel the download' }).click();
  await expect(hearing).not.toBeChecked();
  await hearing.click();
  await expect(progress).toBeVisible();
  await letInstall(page, false);
  await expect(page.getByText('could not get the language')).toBeVisible();
  await hearing.click();
  await expect(progress).toBeVisible();
  await letInstall(page, true);
  await expect(progress).toHaveCount(0);
  await expect(hearing).toBeChecked();
});
