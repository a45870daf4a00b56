import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { violationsIn } from '../support/axe.ts';
import { DESKTOP, PHONE } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';

async function say(page: Page, text: string, replies: number): Promise<void> {
  const message = page.getByRole('textbox', { name: 'Message' });
  if (!(await message.isVisible())) {
    await page.getByRole('button', { name: 'Type', exact: true }).click();
  }
  await message.fill(text);
  await message.press('Enter');
  await untilReplies(page, replies);
}

async function openPage(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Account and history' }).click();
  await page.getByRole('menuitem', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

test.use({ keeps: true });

test('a conversation is kept: found, read, renamed, gone on with, exported and deleted', async ({
  open,
  network,
}) => {
  test.setTimeout(120_000);
  const { page, complaints } = await open({
    context: { viewport: DESKTOP },
  });
  await say(page, 'what is 6 times 7?', 1);
  await page.getByRole('button', { name: 'Hang up' }).click();

  await openPage(page, 'History');
  const kept = page.getByRole('link', { name: /6 times 7/ });
  // Nothing waits for it to be written: the list is asked again until it is there.
  await expect(async () => {
    await page.reload();
    await expect(kept).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 45_000 });
  const search = page.getByRole('searchbox', { name: 'Search words' });
  await search.fill('octopuses');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await search.fill('42');
  await expect(kept).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);

  await page.setViewportSize(PHONE);
  await kept.click();
  await expect(page.getByText('6 times 7 is 42', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('A little arithmetic');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'A little arithmetic' })).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);
  // A link to it works as well.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'A little arithmetic' })).toBeVisible();

  for (const [name, extension, expected] of [
    ['Text', 'txt', '42'],
    ['JSON', 'json', '"user_text"'],
    ['WebVTT', 'vtt', 'WEBVTT'],
  ] as const) {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).click();
    expect((await download).suggestedFilename()).toBe(`a-little-arithmetic.${extension}`);
    expect(await readFile(await (await download).path(), 'utf8')).toContain(expected);
  }

  // On another visit it is offered on the first screen.
  await page.goto(network.origin);
  await page.getByRole('button', { name: 'Go on where you were' }).click();
  await expect(page.locator('#call-state')).toHaveText('Listening');
  expect((await captions(page)).map(({ text }) => text)).toEqual([
    'what is 6 times 7?',
    '6 times 7 is 42.',
    'you go on from here',
  ]);
  // The relay knows what was said before, and not only the page.
  await say(page, 'Say that again.', 2);
  expect((await captions(page)).at(-1)?.text).toBe('6 times 7 is 42.');
  await openPage(page, 'Calls');
  await expect(page.getByText('This page')).toBeVisible();
  await page.goto(`${network.origin}/usage`);
  await expect(page.getByText('Nothing was charged')).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);

  await openPage(page, 'History');
  await page.getByRole('link', { name: /A little arithmetic/ }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
  // The storage of a relay that has just been started may still be opening.
  expect(complaints.filter((complaint) => !complaint.includes('503'))).toEqual([]);
});
