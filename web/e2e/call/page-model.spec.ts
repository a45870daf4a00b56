import { expect, type Page } from '@playwright/test';
import {
  hear,
  installScriptedSpeech,
  listensLocally,
  untilListening,
} from '../media/scripted-speech.ts';
import {
  installScriptedModel,
  letModelSay,
  modelCounts,
  untilAsked,
} from '../support/scripted-model.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { test } from './support/call-test.ts';
import { stateLines, untilStateLine } from './support/call-page.ts';
import { captions, untilReplies } from './support/captions.ts';
import { recognise } from './support/sound.ts';

/*
 * The real page and the real relay without any key; the browser's recogniser and language model are
 * scripted, because the tested Chromium has neither.
 */

test('an open question that is spoken is answered aloud, all of it by the browser', async ({
  open,
}) => {
  const { page, complaints } = await open({
    tapped: true,
    before: [installScriptedSpeech, installScriptedModel],
  });
  await switchOn(page, 'Understand any words', 'Answer open questions');
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilListening(page, 1);
  expect(await listensLocally(page)).toBe(true);
  await expect(page.getByText('Your browser is listening')).toBeVisible();
  await expect.poll(() => modelCounts(page)).toEqual({ open: 1, aborted: 0 });

  await hear(page, 'who remembers', false);
  await hear(page, 'who remembers everything', true);
  expect(await untilAsked(page, 1)).toContain('who remembers everything');
  await letModelSay(page, 'Elephants remember everything.', true);
  await untilReplies(page, 1);
  expect(await captions(page)).toMatchObject([
    { who: 'person', text: 'who remembers everything' },
    { who: 'parley', text: 'elephants remember everything.', state: 'completed' },
  ]);
  const { rateHz, voice } = await readTap(page);
  const [answer] = stretchesOf(voice, rateHz);
  const heard = [voice.subarray(answer!.start, answer!.end)];
  expect(await recognise(heard, rateHz)).toEqual(['elephants remember everything']);

  // What the relay can do it does as before, without asking.
  await untilListening(page, 1);
  await hear(page, 'what is seven times eight', true);
  await untilReplies(page, 2);
  expect((await captions(page)).at(-1)).toMatchObject({ text: '7 times 8 is 56.' });

  // Words over the answer interrupt it, and the model with it.
  await untilListening(page, 1);
  await hear(page, 'and who does not', true);
  await untilAsked(page, 2);
  const before = (await stateLines(page)).length;
  await letModelSay(page, 'Goldfish remember very little of anything at all. They are ', false);
  await untilStateLine(page, 'Speaking, talk to interrupt', before);
  await untilListening(page, 1);
  await hear(page, 'no wait stop', false);
  await expect.poll(() => modelCounts(page)).toEqual({ open: 1, aborted: 1 });

  await page.getByRole('button', { name: 'Hang up' }).click();
  await expect.poll(() => modelCounts(page)).toMatchObject({ open: 0 });
  await untilListening(page, 0);
  expect(complaints).toEqual([]);
});

test('if neither works any more the call goes on with the relay, and says so', async ({ open }) => {
  const { page } = await open({
    before: [installScriptedSpeech, installScriptedModel],
  });
  await switchOn(page, 'Understand any words', 'Answer open questions');
  await page.evaluate(() => {
    Object.assign(window, { SpeechRecognition: class extends EventTarget {} });
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  await expect(page.getByText('Parley listens again instead.')).toBeVisible();
  await expect(page.getByText('Your browser is listening')).toHaveCount(0);

  await page.getByRole('button', { name: 'Type', exact: true }).click();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('who remembers everything?');
  await message.press('Enter');
  await untilAsked(page, 1);
  await letModelSay(page, '', true);
  await expect
    .poll(async () => (await captions(page)).at(-1)?.text)
    .toContain('i did not understand that.');
});

async function switchOn(page: Page, ...names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  for (const name of names) {
    await page.getByRole('switch', { name }).click();
    await expect(page.getByRole('switch', { name })).toBeChecked();
  }
  await page.keyboard.press('Escape');
}
