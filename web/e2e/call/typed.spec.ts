import { chromium, expect } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, HEADLESS_CHROMIUM } from '../support/chromium.ts';
import { installDeniedMicrophone } from '../support/commanded-microphone.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { openCallPage } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { recognise } from './support/sound.ts';

test('a person without a microphone reads why, types, and hears the answer', async ({ open }) => {
  const { page, complaints } = await open({ before: installDeniedMicrophone, tapped: true });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect(page.locator('#call-state')).toHaveText(
    'Microphone blocked: allow it in the address bar',
  );
  const help = page.getByRole('alert').filter({ hasText: 'allow the microphone' });
  await expect(help.getByRole('button', { name: 'Try again' })).toBeVisible();
  await help.getByRole('button', { name: 'Type instead' }).click();

  await page.getByRole('textbox', { name: 'Message' }).fill('what is 7 times 8?');
  await page.keyboard.press('Enter');
  await untilReplies(page, 1);
  expect(await captions(page)).toMatchObject([
    { who: 'person', text: 'what is 7 times 8?', state: 'typed' },
    { who: 'parley', text: '7 times 8 is 56.', state: 'completed' },
  ]);
  await page.keyboard.press('Escape');
  await expect(page.locator('#call-state')).toHaveText('Type a message');
  await expect(help).toHaveCount(0);
  const { rateHz, voice } = await readTap(page);
  const [answer] = stretchesOf(voice, rateHz);
  expect(await recognise([voice.subarray(answer!.start, answer!.end)], rateHz)).toEqual([
    'seven times eight is fifty six',
  ]);
  expect(complaints).toEqual([]);
});

test('a system without a time zone and a browser without storage are no reason to refuse a call', async ({
  network,
  relay: _relay,
}) => {
  await using browser = await chromium.launch({
    ...HEADLESS_CHROMIUM,
    args: [...CHROMIUM_ARGUMENTS],
    env: { ...process.env, TZ: 'Foo/Bar' },
  });
  const before = [installDeniedMicrophone, forbidStorage];
  await using call = await openCallPage(network.origin, { browser, before });
  const { page, complaints } = call;
  expect(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe(
    'Etc/Unknown',
  );
  await page.getByRole('button', { name: 'What is seven times eight?' }).click();
  await untilReplies(page, 1);
  expect(await captions(page)).toMatchObject([
    { who: 'person', text: 'what is seven times eight?', state: 'typed' },
    { who: 'parley', text: '7 times 8 is 56.', state: 'completed' },
  ]);
  expect(complaints).toEqual([]);
});

/** Runs in the page: a browser that blocks cookies throws whenever storage is read. */
function forbidStorage(): void {
  const get = (): never => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
    Object.defineProperty(window, name, { get });
}
