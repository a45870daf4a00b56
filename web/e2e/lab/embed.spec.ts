import { expect } from '@playwright/test';
import { serveHostPage } from '../call/support/host-page.ts';
import { test } from '../call/support/call-test.ts';
import { EMBEDDED_PROVIDERS, startRealRelay } from '../call/support/real-relay.ts';
import { recognise } from '../call/support/sound.ts';
import { speak } from '../support/speech.ts';
import { stretchesOf } from '../support/tap.ts';
import { MICROPHONE_HZ } from '../support/wav.ts';
import { startAudioRig } from './audio-rig.ts';
import { openFirefox } from './firefox.ts';
import { ROOM_HZ } from './room-recording.ts';

const DEADLINE_MS = 40_000;
const SHORTEST_SENTENCE_S = 0.8;

interface EmbeddedCall extends HTMLElement {
  readonly state: { readonly phase: string; readonly hears: boolean };
  start(): void;
}

interface HostWindow {
  finals: string[];
}

test.describe.configure({ timeout: 240_000 });

test('Firefox: a question that is spoken to a page of another site is answered aloud', async ({
  dataDir,
  builtPage: _builtPage,
}) => {
  await using resources = new AsyncDisposableStack();
  const host = resources.use(await serveHostPage());
  const settings = { ...EMBEDDED_PROVIDERS, EMBED_ORIGINS: host.origin };
  const relay = resources.use(await startRealRelay(dataDir, settings));
  const address = `http://localhost:${relay.port}`;
  host.headers = {
    'content-security-policy': `default-src 'none'; script-src ${address}; frame-src ${address}`,
  };
  host.body = `<!doctype html><title>Tools</title><script src="${address}/embed.js" async></script><parley-call></parley-call>`;
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const rig = resources.use(await startAudioRig());
  const page = resources.use(await openFirefox(rig.environment));
  await page.goto(host.origin);
  await page.evaluate(() => {
    const finals: string[] = [];
    Object.assign(window, { finals });
    addEventListener('parley-caption', (event) => {
      const { isFinal, side, text } = (event as CustomEvent).detail;
      if (isFinal === true) finals.push(`${side}: ${text}`);
    });
    document.querySelector<EmbeddedCall>('parley-call')!.start();
  });
  const state = () =>
    page.evaluate(() => document.querySelector<EmbeddedCall>('parley-call')!.state);
  const finals = () => page.evaluate(() => (window as unknown as HostWindow).finals);
  const isHeard = { phase: 'listening', hears: true };
  await expect.poll(state, { timeout: DEADLINE_MS }).toMatchObject(isHeard);

  using recording = await rig.record();
  await rig.play(question!, MICROPHONE_HZ);
  await expect.poll(async () => (await finals()).length, { timeout: DEADLINE_MS }).toBe(2);
  await expect.poll(state, { timeout: DEADLINE_MS }).toMatchObject(isHeard);
  const { speaker } = recording.take();
  expect((await finals()).map((line) => line.toLowerCase())).toEqual([
    expect.stringMatching(/^person: what(?: is|'s) 7 times 8/),
    'parley: 7 times 8 is 56.',
  ]);
  const signal = Float32Array.from(speaker, (sample) => sample / 0x8000);
  const answer = stretchesOf(signal, ROOM_HZ, { quietMs: 900, audible: 0.01 }).findLast(
    ({ start, end }) => end - start > SHORTEST_SENTENCE_S * ROOM_HZ,
  )!;
  expect(await recognise([signal.subarray(answer.start, answer.end)], ROOM_HZ)).toEqual([
    'seven times eight is fifty six',
  ]);
  await page.evaluate(() => document.querySelector('parley-call')!.remove());
  expect(relay.complaints).toEqual([]);
});
