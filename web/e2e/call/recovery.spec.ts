import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { openCallPage, stateLines, untilStateLine } from './support/call-page.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { startRealRelay } from './support/real-relay.ts';

const RECONNECTING = 'Reconnecting, keep talking';
const ANSWER = 'seven times eight is fifty six.';

test('a call outlives a relay that was killed', async ({ relay: successor, dataDir, browser }) => {
  await using resources = new AsyncDisposableStack();
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const first = resources.use(await startRealRelay(mkdtempSync(join(dataDir, 'first-'))));
  const network = resources.use(await startNetworkProxy(first.port));
  const { page } = resources.use(await openCallPage(network.origin, { browser }));
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  await sayTo(page, question!);
  await untilReplies(page, 1);

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
  await expect(page.locator('#call-state')).toHaveText('Listening');
  await sayTo(page, question!);
  await untilReplies(page, 2);
  expect((await captions(page)).map(({ who, text }) => (who === 'divider' ? who : text))).toEqual([
    'what is seven times eight',
    ANSWER,
    'divider',
    'what is seven times eight',
    ANSWER,
  ]);
});
