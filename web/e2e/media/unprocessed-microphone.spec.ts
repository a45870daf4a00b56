import { expect } from '@playwright/test';
import { silence } from '../support/wav.ts';
import { startCall, test } from './engine-test.ts';
import type { EngineWindow } from './page/main.ts';

interface OpenedWindow {
  readonly opened: MediaStreamTrack[];
}

test('a processed microphone is heard unprocessed beside it, as long as it is open', async ({
  open,
}) => {
  const { page } = await open({
    hears: silence(60_000),
    processed: true,
    before: () => {
      const opened: MediaStreamTrack[] = [];
      Object.assign(window, { opened });
      const devices = navigator.mediaDevices;
      const request = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async (constraints) => {
        const stream = await request(constraints);
        opened.push(...stream.getAudioTracks());
        return stream;
      };
    },
  });
  const tracks = () =>
    page.evaluate(() =>
      (window as unknown as OpenedWindow).opened.map((track) => ({
        cancelled: track.getSettings().echoCancellation,
        enabled: track.enabled,
        state: track.readyState,
      })),
    );
  const each = (change: object) =>
    [true, false].map((cancelled) => ({ cancelled, enabled: true, state: 'live', ...change }));
  expect(await startCall(page)).toMatchObject({ ok: true });
  await expect.poll(tracks).toEqual(each({}));
  await page.evaluate(() => (window as unknown as EngineWindow).engine.setMuted(true));
  await expect.poll(tracks).toEqual(each({ enabled: false }));
  await page.evaluate(() => (window as unknown as EngineWindow).engine.setMuted(false));
  await expect.poll(tracks).toEqual(each({}));
  await page.evaluate(() => (window as unknown as EngineWindow).engine.stop());
  await expect.poll(tracks).toEqual(each({ state: 'ended' }));
});
