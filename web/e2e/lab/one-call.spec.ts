import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { joined, silence } from '../support/wav.ts';
import { test } from '../call/support/call-test.ts';
import { captions, untilReplies } from '../call/support/captions.ts';

/** Late enough for an answer to have begun on a busy machine, early enough for it to go on. */
const INTO_THE_ANSWER_MS = 4_000;
const PAUSE_MS = 800;
/** The rest of the longest answer, and some. */
const REST_MS = 9_000;

test('pauses do not cut a sentence, “uh huh” leaves an answer whole, “stop” ends one', async ({
  open,
}) => {
  test.setTimeout(120_000);
  const [long, backchannel, first, second, again, stop] = await speak(
    [
      'What can you do?',
      'Uh huh.',
      'How many kilometers',
      'are in five miles?',
      'What can I say?',
      'Stop.',
    ],
    'rms',
  );
  const { page, complaints } = await open({
    hears: joined(
      silence(3_000),
      ...[long!, silence(INTO_THE_ANSWER_MS), backchannel!, silence(REST_MS)],
      ...[first!, silence(PAUSE_MS), second!, silence(5_000)],
      ...[again!, silence(INTO_THE_ANSWER_MS), stop!, silence(60_000)],
    ),
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilReplies(page, 3, { interruptedToo: true });
  await page.locator('li[data-state="final"]', { hasText: /stop/i }).waitFor();
  const conversation = await captions(page);
  expect(conversation.map(({ who, state }) => `${who} ${state}`)).toEqual([
    'person final',
    'parley completed',
    'person final',
    'parley completed',
    'person final',
    'parley interrupted',
    'person final',
  ]);
  expect(conversation[2]!.text).toBe('how many kilometers are in five miles');
  expect(conversation[6]!.text).toBe('stop');
  await expect(page.locator('#call-state')).toHaveText('Listening');
  expect(complaints).toEqual([]);
});
