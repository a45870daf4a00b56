import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, RedisServer, startBalancer } from '@parley/relay/testing';
import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { spokenMs } from '../support/wav.ts';
import { openCallPage, untilStateLine } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { startRealRelay } from './support/real-relay.ts';
import { startVendors } from './support/vendors.ts';
import { recognise } from './support/sound.ts';

const QUESTION = 'What do you know about elephants?';
const HEARD = 'what do you know about elephants';
const ANSWER = 'Elephants remember everything.';

test('a person who waits for an answer hears it, though the relay of the call is killed', async ({
  browser,
  builtPage: _builtPage,
  dataDir,
}) => {
  await using parts = new AsyncDisposableStack();
  const vendors = parts.use(await startVendors());
  const redis = parts.use(await RedisServer.start());
  const [asked] = await speak([QUESTION], 'rms');
  Object.assign(vendors.script, {
    heard: HEARD,
    heardWithinMs: spokenMs(asked!),
    answer: ANSWER,
  });
  const ports = [await freePort(), await freePort()];
  const relays = await Promise.all(
    ports.map(async (port) =>
      parts.use(
        await startRealRelay(mkdtempSync(join(dataDir, 'several-')), {
          ...vendors.settings,
          TRANSCRIBERS: 'deepgram-flux',
          GENERATORS: 'anthropic',
          SYNTHESIZERS: 'deepgram-aura',
          PORT: String(port),
          PEER_URL: `http://127.0.0.1:${port}`,
          REDIS_URL: redis.url,
          // Nothing is kept in these tests.
          DATABASE_URL: 'postgres://127.0.0.1:1/none',
          TRUSTED_PROXIES: '127.0.0.1',
        }),
      ),
    ),
  );
  const balancer = parts.use(await startBalancer('nginx', ports));
  const network = parts.use(await startNetworkProxy(Number(new URL(balancer.url).port)));
  const { page } = parts.use(await openCallPage(network.origin, { browser, tapped: true }));
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  // The model takes the question, and says nothing.
  vendors.anthropic.fail({ kind: 'half-open' }, 'first-use');
  await sayTo(page, asked!);
  await expect
    .poll(() => captions(page))
    .toMatchObject([{ who: 'person', text: HEARD, state: 'final' }]);
  await expect.poll(() => vendors.anthropic.failures).toBeGreaterThan(0);

  const holders = await Promise.all(ports.map(hasCall));
  expect(holders.filter(Boolean)).toHaveLength(1);
  await relays[holders.indexOf(true)]!.kill();
  vendors.recover();
  await untilReplies(page, 1);
  expect((await captions(page)).map(({ text, state }) => `${state}: ${text}`)).toEqual([
    `final: ${HEARD}`,
    `completed: ${ANSWER.toLowerCase()}`,
  ]);
  const { rateHz, voice } = await readTap(page);
  const heard = stretchesOf(voice, rateHz).map(({ start, end }) => voice.subarray(start, end));
  expect(await recognise(heard, rateHz)).toEqual(['elephants remember everything']);
});

/** Whether the relay at this port has the one call that there is. */
async function hasCall(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return (
    ((await response.json()) as { readonly active_connections: number }).active_connections > 0
  );
}
