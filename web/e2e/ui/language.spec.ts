import type { Page } from '@playwright/test';
import { SESSION } from './support/notices.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const LANGUAGES = ['en-US', 'de', 'fr'];
const VOICES = [{ id: 'lara', label: 'Lara, German' }];

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await expect(dialog).toBeVisible();
  return {
    language: dialog.getByRole('combobox', { name: 'Language' }),
    voice: dialog.getByRole('combobox', { name: 'Voice' }),
  };
}

/** A relay of this offer, outside of a call. */
async function offer(page: Page, languages: readonly string[]): Promise<void> {
  const { providers, voices, speeds } = SESSION;
  await page.route('**/health', (route) =>
    route.fulfill({ json: { providers, voices, speeds, languages } }),
  );
}

test('a language is chosen by the name that its speakers give it, and kept', async ({
  open,
  page,
}) => {
  await offer(page, LANGUAGES);
  await open('idle');
  let { language, voice } = await openSettings(page);
  await expect(language.getByRole('option')).toHaveText([
    'American English',
    'Deutsch',
    'Français',
  ]);
  await expect(language).toHaveValue('');
  await expect(voice).toBeVisible();
  await language.selectOption('Deutsch');
  // The call itself says which voices know it.
  await expect(voice).toHaveCount(0);
  await page.reload();
  ({ language, voice } = await openSettings(page));
  await expect(language).toHaveValue('de');
  await language.selectOption('American English');
  await expect(voice).toBeVisible();
});

test('a language that the relay no longer offers gives way to its own', async ({ open, page }) => {
  await offer(page, LANGUAGES);
  await open('idle');
  await (await openSettings(page)).language.selectOption('Deutsch');
  await offer(page, ['en-US', 'fr']);
  await page.reload();
  const { language, voice } = await openSettings(page);
  await expect(language).toHaveValue('');
  await expect(voice).toBeVisible();
});

test('without a choice there is nothing to choose', async ({ open, page }) => {
  await offer(page, ['en-US']);
  await open('idle');
  const { language, voice } = await openSettings(page);
  await expect(voice.getByRole('option')).toHaveCount(3);
  await expect(language).toHaveCount(0);
});

test('a call goes on in another language, with the voices that know it', async ({ open, page }) => {
  await open('listening');
  const tell = (change: object) =>
    page.evaluate((session) => window.parley.engine.emit({ type: 'session', session }), {
      ...SESSION,
      ...change,
    });
  await tell({ language: 'en-US', languages: LANGUAGES });
  const { language, voice } = await openSettings(page);
  await voice.selectOption('Ramus');
  await language.selectOption('Deutsch');
  expect((await commandsOf(page)).at(-1)).toBe('choose:language de');
  await tell({ language: 'de', languages: LANGUAGES, voice: 'lara', voices: VOICES });
  await expect(voice.getByRole('option')).toHaveText(['Default', 'Lara, German']);
  await expect(voice).toHaveValue('');
  await language.selectOption('American English');
  expect((await commandsOf(page)).at(-1)).toBe('choose:language null');
});
