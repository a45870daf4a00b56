import { expect } from '@playwright/test';
import { installDeniedMicrophone, sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf, type Stretch } from '../support/tap.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { recognise } from './support/sound.ts';

/** Of the embedded voice. */
const PCM16_BYTES_A_SECOND = 32_000;

test('an answer that comes compressed is heard as well, in a ninth of the bytes', async ({
  open,
  network,
}) => {
  const before = [installDeniedMicrophone, chooseCompressed];
  const { page, complaints, requests } = await open({ before, tapped: true });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.getByRole('button', { name: 'Type instead' }).click();
  await expect
    .poll(() => requests.some((request) => request.url().includes('opus-voice')))
    .toBe(true);
  const ask = async (question: string) => {
    await page.getByRole('textbox', { name: 'Message' }).fill(question);
    await page.keyboard.press('Enter');
  };
  // The decoder's code may come while it is answered.
  await ask('what is 3 times 3?');
  await untilReplies(page, 1);
  const heard = (await readTap(page)).voice.length;
  const bytesBefore = network.voiceBytes();
  await ask('what is 7 times 8?');
  await untilReplies(page, 2);
  const { rateHz, voice } = await readTap(page);
  const second = voice.subarray(heard);
  const [{ start, end }] = stretchesOf(second, rateHz) as [Stretch];
  expect(await recognise([second.subarray(start, end)], rateHz)).toEqual([
    'seven times eight is fifty six',
  ]);
  const pcm16Bytes = ((end - start) / rateHz) * PCM16_BYTES_A_SECOND;
  const bytes = network.voiceBytes() - bytesBefore;
  expect(bytes).toBeGreaterThan(pcm16Bytes / 20);
  // The silence around it counts, too.
  expect(bytes).toBeLessThan(pcm16Bytes / 9);
  expect(complaints).toEqual([]);
});

test('a question that is sent compressed is understood and answered', async ({ open }) => {
  const { page, complaints } = await open({ before: chooseCompressed, tapped: true });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.keyboard.press('d');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel).toContainText('Opus: chosen');
  const [question] = await speak(['What is seven times eight?'], 'rms');
  await sayTo(page, question!);
  await untilReplies(page, 1);
  expect((await captions(page)).map(({ text }) => text)).toEqual([
    'what is 7 times 8?',
    '7 times 8 is 56.',
  ]);
  expect(complaints).toEqual([]);
});

/** Runs in the page, before anything of it. */
function chooseCompressed(): void {
  localStorage.setItem('parley.settings', JSON.stringify({ line: 'opus' }));
}
