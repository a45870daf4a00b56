import { FaultyProxy, lossDelayMs, seeded, type FaultyConnection } from '@parley/relay/testing';
import { expect } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence } from '../support/wav.ts';
import { openCallPage, stateLines, untilStateLine } from '../call/support/call-page.ts';
import { test } from '../call/support/call-test.ts';
import { captions, untilReplies } from '../call/support/captions.ts';
import { recognise } from '../call/support/sound.ts';

const ANSWER = 'seven times eight is fifty six';
/** The longest stall after which a connection is kept. */
const STALL_MS = 3_000;

test('over a line that loses three packets in ten, and stands still, nothing is lost and no connection given up', async ({
  network,
}) => {
  await using resources = new AsyncDisposableStack();
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const random = seeded(4);
  const sockets: FaultyConnection[] = [];
  const proxy = resources.use(
    await FaultyProxy.to(Number(new URL(network.origin).port), (connection) => {
      void connection.isWebSocket.then((isWebSocket) => {
        if (!isWebSocket) return;
        sockets.push(connection);
        connection.delay(() => lossDelayMs(random));
      });
    }),
  );
  const { page, complaints } = resources.use(
    await openCallPage(`http://localhost:${proxy.port}`, {
      hears: joined(silence(2_500), question!, silence(60_000)),
      tapped: true,
    }),
  );
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.locator('li[data-state]').waitFor();
  sockets[0]!.stall(STALL_MS);
  await untilStateLine(page, 'Speaking, talk to interrupt');
  await untilReplies(page, 1);

  expect((await captions(page)).map(({ text, state }) => `${state}: ${text}`)).toEqual([
    'final: what is 7 times 8?',
    'completed: 7 times 8 is 56.',
  ]);
  expect(await stateLines(page)).not.toContain('Reconnecting, keep talking');
  expect(sockets).toHaveLength(1);
  const { rateHz, voice } = await readTap(page);
  // However it was held up: whole, once, and in its order.
  const heard = stretchesOf(voice, rateHz).map(({ start, end }) => voice.subarray(start, end));
  const whole = Float32Array.from(heard.flatMap((part) => [...part]));
  expect(await recognise([whole], rateHz, [ANSWER, `${ANSWER} ${ANSWER}`])).toEqual([ANSWER]);
  expect(complaints).toEqual([]);
});
