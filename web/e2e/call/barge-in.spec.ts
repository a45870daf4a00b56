import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { recognise } from './support/sound.ts';

/** The first two are answered at length: more than eight seconds each. */
const QUESTIONS = ['What can you do?', 'What can I say?', 'What is seven times eight?'];
/** Late enough for an answer to have begun on a busy machine, early enough for it to go on. */
const PAUSE_MS = 7_500;
const SILENT_WITHIN_MS = 250;
/** A voice that draws breath between two clauses is silent already. */
const LONGEST_BREATH_MS = 500;

test('speech over an answer silences it, is answered, and what was not heard is marked', async ({
  open,
}) => {
  test.setTimeout(90_000);
  const asked = await speak(QUESTIONS, 'rms');
  const hears = asked.flatMap((question) => [question, silence(PAUSE_MS)]);
  const { page, complaints } = await open({
    hears: joined(silence(3_000), ...hears, silence(60_000)),
    tapped: true,
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilReplies(page, 3, { interruptedToo: true });
  const conversation = await captions(page);
  const { rateHz, voice, microphone } = await readTap(page);

  expect(conversation.map(({ who, state }) => `${who} ${state}`)).toEqual([
    'person final',
    'parley interrupted',
    'person final',
    'parley interrupted',
    'person final',
    'parley completed',
  ]);
  for (const { text, unheard } of conversation.filter(({ state }) => state === 'interrupted')) {
    const heard = text.slice(0, text.length - unheard.length);
    expect(heard).toMatch(/^i can/);
    expect(unheard).not.toBe('');
    expect(text).toMatch(/try saying/);
  }
  expect(conversation.at(-1)!.text).toBe('seven times eight is fifty six.');

  const answers = stretchesOf(voice, rateHz);
  const questions = stretchesOf(microphone, rateHz, { audible: 0.01 });
  expect(questions).toHaveLength(QUESTIONS.length);
  expect(answers).toHaveLength(QUESTIONS.length);
  const delaysMs = [0, 1].map(
    (n) => ((answers[n]!.end - questions[n + 1]!.start) * 1_000) / rateHz,
  );
  test.info().annotations.push({
    type: 'silence after onset, ms',
    description: delaysMs.map((ms) => ms.toFixed(0)).join(' '),
  });
  for (const delayMs of delaysMs) {
    expect(delayMs).toBeGreaterThan(-LONGEST_BREATH_MS);
    expect(delayMs).toBeLessThanOrEqual(SILENT_WITHIN_MS);
  }
  const last = voice.subarray(answers[2]!.start, answers[2]!.end);
  const products = ['forty eight', 'fifty four', 'fifty six', 'sixty three'];
  expect(
    await recognise(
      [last],
      rateHz,
      products.map((product) => `seven times eight is ${product}`),
    ),
  ).toEqual(['seven times eight is fifty six']);
  expect(complaints).toEqual([]);
});
