import { expect } from '@playwright/test';
import { installDeniedMicrophone } from '../support/commanded-microphone.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
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
    { who: 'parley', text: 'seven times eight is fifty six.', state: 'completed' },
  ]);
  const { rateHz, voice } = await readTap(page);
  const [answer] = stretchesOf(voice, rateHz);
  expect(await recognise([voice.subarray(answer!.start, answer!.end)], rateHz)).toEqual([
    'seven times eight is fifty six',
  ]);
  expect(complaints).toEqual([]);
});
