import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { servePage, type PageServer } from '../support/page-server.ts';
import { stretchesOf } from '../support/tap.ts';
import { MICROPHONE_HZ, tone } from '../support/wav.ts';
import { startAudioRig, type AudioRig } from './audio-rig.ts';
import { openFirefox } from './firefox.ts';
import { launchAudibleChromium } from './rig-chromium.ts';
import { ROOM_HZ, type RoomStretch } from './room-recording.ts';

const DEADLINE_MS = 20_000;
const TONE = tone(1_000, MICROPHONE_HZ);
const TONE_LEVEL = 0.3;
/** More than a browser's way from the microphone to the speaker. */
const REST_MS = 800;
const MS = ROOM_HZ / 1_000;

let server: PageServer;
test.beforeAll(async () => {
  // Only a page of an origin may ask for a microphone.
  server = await servePage(join(import.meta.dirname, '..'));
});
test.afterAll(() => server[Symbol.asyncDispose]());

test('Chromium hears the person and nothing else, and is heard', async () => {
  await using rig = await startAudioRig();
  await using browser = await launchAudibleChromium(rig.environment);
  const page = await browser.newPage();
  await page.goto(`${server.origin}/tsconfig.json`);
  await page.evaluate(connectMicrophoneToSpeaker);
  await expectTheWayThrough(rig);
});

test('Firefox hears the person and nothing else, and is heard', async () => {
  await using rig = await startAudioRig();
  await using page = await openFirefox(rig.environment);
  await page.goto(`${server.origin}/tsconfig.json`);
  await page.evaluate(connectMicrophoneToSpeaker);
  await expectTheWayThrough(rig);
});

test('the echo comes as late and about as loud as it is set, and is not the person', async () => {
  await using rig = await startAudioRig();
  await using browser = await launchAudibleChromium(rig.environment);
  const page = await browser.newPage();
  await page.goto(`${server.origin}/tsconfig.json`);
  for (const delayMs of [60, 150]) {
    await rig.setEcho({ levelDb: -12, delayMs });
    using recording = await rig.record();
    await page.evaluate(playTone, TONE_LEVEL);
    await recording.until(3_000, AbortSignal.timeout(DEADLINE_MS));
    const { speaker, room, person } = recording.take();
    const [played] = sounds(speaker);
    const [echo] = sounds(room);
    const lateMs = (echo!.start - played!.start) / MS;
    const levelDb = 20 * Math.log10(peakOf(room) / peakOf(speaker));
    process.stdout.write(`    ${delayMs} ms: ${lateMs.toFixed(1)} ms, ${levelDb.toFixed(1)} dB\n`);
    expect(Math.abs(lateMs - delayMs)).toBeLessThan(40);
    expect(Math.abs(levelDb + 12)).toBeLessThan(3);
    expect(peakOf(person)).toBe(0);
  }
});

async function connectMicrophoneToSpeaker(): Promise<void> {
  const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: raw });
  const context = new AudioContext();
  context.createMediaStreamSource(stream).connect(context.destination);
  await context.resume();
}

async function playTone(level: number): Promise<void> {
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: level });
  const oscillator = new OscillatorNode(context, { frequency: 440 });
  oscillator.connect(gain).connect(context.destination);
  await context.resume();
  oscillator.start();
  oscillator.stop(context.currentTime + 1);
}

async function expectTheWayThrough(rig: AudioRig): Promise<void> {
  using recording = await rig.record();
  await rig.play(TONE, MICROPHONE_HZ);
  await recording.until(TONE.length / 16 + REST_MS, AbortSignal.timeout(DEADLINE_MS));
  const { person, speaker, room } = recording.take();
  const [said, ...more] = sounds(person);
  const [heard, ...again] = sounds(speaker);
  expect([more, again]).toEqual([[], []]);
  expect(room).toEqual(person);
  expect(Math.abs((said!.end - said!.start) / MS - 1_000)).toBeLessThan(5);
  const throughMs = (heard!.start - said!.start) / MS;
  process.stdout.write(`    from the microphone to the speaker: ${throughMs.toFixed(1)} ms\n`);
  expect(throughMs).toBeGreaterThan(10);
  expect(throughMs).toBeLessThan(300);
}

function sounds(samples: RoomStretch['room']) {
  return stretchesOf(
    Float32Array.from(samples, (sample) => sample / 32_768),
    ROOM_HZ,
    { quietMs: 200, audible: 0.01 },
  );
}

function peakOf(samples: Int16Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}
