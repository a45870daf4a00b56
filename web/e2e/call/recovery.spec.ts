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
const ANSWER = '7 times 8 is 56.';

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
    'what is 7 times 8?',
    ANSWER,
    'divider',
    'what is 7 times 8?',
    ANSWER,
  ]);
});

test('a microphone that gives only zeros after a telephone call is asked for anew, and reported', async ({
  open,
}) => {
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const { page } = await open({ before: watchMicrophone });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  const opened = () =>
    page.evaluate(() => (window as unknown as MicrophoneWindow).microphones.length);
  expect(await opened()).toBe(1);

  await page.evaluate(() => {
    const [first] = (window as unknown as MicrophoneWindow).microphones;
    for (const name of ['mute', 'unmute']) first!.dispatchEvent(new Event(name));
  });
  await expect.poll(opened).toBe(2);
  const note = page.getByRole('status').filter({ hasText: 'No sound comes from your microphone' });
  await expect(note).toBeVisible();

  await sayTo(page, question!);
  await expect(note).toHaveCount(0);
  await untilReplies(page, 1);
  expect(await captions(page)).toMatchObject([
    { who: 'person', text: 'what is 7 times 8?' },
    { who: 'parley', text: '7 times 8 is 56.' },
  ]);
});

interface MicrophoneWindow {
  readonly microphones: readonly MediaStreamTrack[];
}

/** Runs in the page: keeps each track that it is given. */
function watchMicrophone(): void {
  const microphones: MediaStreamTrack[] = [];
  Object.assign(window, { microphones });
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    microphones.push(...stream.getAudioTracks());
    return stream;
  };
}
