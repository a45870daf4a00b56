import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { gapsIn, readTap } from '../support/tap.ts';
import { joined, silence } from '../support/wav.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { openCallPage, stateLines, untilStateLine } from './support/call-page.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { startRealRelay } from './support/real-relay.ts';

const RECONNECTING = 'Reconnecting, keep talking';
const ANSWER = 'seven times eight is fifty six.';
/** Asked again and again: whichever question comes after the relay is back must be answered. */
const PAUSE_MS = 7_000;
const QUESTIONS = 12;

test('a call outlives a lost connection in mid-answer, and a relay that was killed', async ({
  relay: successor,
  dataDir,
}) => {
  test.setTimeout(150_000);
  await using resources = new AsyncDisposableStack();
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const first = resources.use(await startRealRelay(mkdtempSync(join(dataDir, 'first-'))));
  const network = resources.use(await startNetworkProxy(first.port));
  const { page } = resources.use(
    await openCallPage(network.origin, {
      hears: joined(
        silence(3_000),
        ...Array.from({ length: QUESTIONS }, () => [question!, silence(PAUSE_MS)]).flat(),
      ),
      tapped: true,
    }),
  );
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Speaking, talk to interrupt');

  network.cut();
  await untilStateLine(page, RECONNECTING);
  await untilReplies(page, 1);
  expect((await captions(page)).map(({ text, state }) => `${state}: ${text}`)).toEqual([
    'final: what is seven times eight',
    `completed: ${ANSWER}`,
  ]);
  const { rateHz, voice } = await readTap(page);
  // Longer than any pause within this sentence.
  expect(gapsIn(voice, rateHz, 150)).toEqual([]);

  const before = (await stateLines(page)).length;
  const { refusals } = network;
  await first.kill();
  await untilStateLine(page, RECONNECTING, before);
  // No relay is there until the page has tried in vain.
  await expect.poll(() => network.refusals, { timeout: 20_000 }).toBeGreaterThan(refusals);
  network.routeTo(successor.port);
  const dividers = async () => (await captions(page)).filter(({ who }) => who === 'divider');
  await expect
    .poll(dividers, { timeout: 30_000 })
    .toMatchObject([
      { text: expect.stringContaining('timers and the conversation so far are gone') },
    ]);
  // On a busy machine the first relay may have answered more than one question.
  const answered = (await captions(page)).filter(({ state }) => state === 'completed').length;
  await untilReplies(page, answered + 1);
  const last = (await captions(page)).findLast(({ state }) => state === 'completed');
  expect(last).toMatchObject({ text: ANSWER });
  const after = (await stateLines(page)).slice(before);
  expect(after.slice(after.indexOf(RECONNECTING))).toContain('Speaking, talk to interrupt');
});
