import { expect, type Page } from '@playwright/test';
import {
  installScriptedModel,
  letModelSay,
  modelCounts,
  untilAsked,
} from '../support/scripted-model.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { untilStateLine } from './support/call-page.ts';
import { captions, untilReplies } from './support/captions.ts';
import { recognise } from './support/sound.ts';

test('an open question is answered aloud by the browser’s model once it is switched on', async ({
  open,
}) => {
  const { page, complaints } = await open({
    hears: silence(60_000),
    tapped: true,
    before: installScriptedModel,
  });
  await switchOn(page, 'Answer open questions');
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  await expect.poll(() => modelCounts(page)).toEqual({ open: 1, aborted: 0 });

  await page.getByRole('button', { name: 'Type', exact: true }).click();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('who remembers everything?');
  await message.press('Enter');
  expect(await untilAsked(page, 1)).toContain('who remembers everything?');
  await letModelSay(page, 'Elephants remember everything.', true);
  await untilReplies(page, 1);
  expect(await captions(page)).toMatchObject([
    { who: 'person', text: 'who remembers everything?' },
    { who: 'parley', text: 'elephants remember everything.', state: 'completed' },
  ]);
  const { rateHz, voice } = await readTap(page);
  const [answer] = stretchesOf(voice, rateHz);
  const heard = [voice.subarray(answer!.start, answer!.end)];
  const choices = ['elephants remember everything', 'nobody expected chocolate'];
  expect(await recognise(heard, rateHz, choices)).toEqual(['elephants remember everything']);

  // What the relay can do it does as before.
  await message.fill('what is 7 times 8?');
  await message.press('Enter');
  await untilReplies(page, 2);
  expect((await captions(page)).at(-1)).toMatchObject({ text: 'seven times eight is fifty six.' });

  await message.fill('and who does not?');
  await message.press('Enter');
  await untilAsked(page, 2);
  await letModelSay(page, 'Goldfish remember very little, as far as ', false);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Stop' }).first().click();
  await expect.poll(() => modelCounts(page)).toEqual({ open: 1, aborted: 1 });

  await page.getByRole('button', { name: 'Hang up' }).click();
  await expect.poll(() => modelCounts(page)).toMatchObject({ open: 0 });
  expect(complaints).toEqual([]);
});

async function switchOn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('switch', { name }).click();
  await expect(page.getByRole('switch', { name })).toBeChecked();
  await page.keyboard.press('Escape');
}
