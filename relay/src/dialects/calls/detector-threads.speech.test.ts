import type { SpeechFound } from '@parley/speech-detector';
import {
  foundByPage,
  sameUtterances,
  utterancesOf,
} from '@parley/speech-detector/page-detector.rig';
import { soundScene, type SoundScene } from '@parley/speech-detector/sound-scene.rig';
import { compileFlite, Flite } from '@parley/voice';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DetectorThreads } from './detector-threads.ts';

const SAID = [
  ['slt', 'what is seven times eight'],
  ['rms', 'stop'],
  ['awb', 'set a timer for nine minutes'],
] as const;
const CHUNK_SAMPLES = 640;
/** For what takes a second on an idle machine. */
const DEADLINE_MS = 30_000;

const SCENES: readonly (readonly [what: string, scene: SoundScene])[] = [
  ['in silence', { speechDbfs: -25 }],
  ['softly, in silence', { speechDbfs: -45 }],
  ['softly, in hiss', { speechDbfs: -45, noise: { kind: 'white', dbfs: -65 } }],
  ['softly, in a room', { speechDbfs: -45, noise: { kind: 'pink', dbfs: -62 } }],
  ['in a loud room', { speechDbfs: -25, noise: { kind: 'pink', dbfs: -42 } }],
  ['over hum', { speechDbfs: -40, noise: { kind: 'hum', dbfs: -55 } }],
  ['over music', { speechDbfs: -25, noise: { kind: 'music', dbfs: -40 } }],
  ['between clicks', { speechDbfs: -30, noise: { kind: 'clicks', dbfs: -50 } }],
];

let sentences: Int16Array[];
let threads: DetectorThreads;
beforeAll(async () => {
  const flite = new Flite(await compileFlite());
  sentences = SAID.map(([voice, text]) => flite.speak(voice, text));
  threads = new DetectorThreads();
});
afterAll(() => threads[Symbol.asyncDispose]());

/** What the relay finds in a stream, up to the end of the `count`-th utterance. */
async function foundByRelay(samples: Int16Array, count: number): Promise<SpeechFound[]> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const found: SpeechFound[] = [];
  using stream = threads.open({
    longestMs: 60_000,
    onFound: (what) => {
      found.push(what);
      if (what.type === 'speech-stopped' && what.utterance === count) resolve();
    },
    onFailed: reject,
  });
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    expect(stream.push(samples.subarray(at, at + CHUNK_SAMPLES))).toBe(true);
  }
  const late = setTimeout(resolve, DEADLINE_MS);
  await promise.finally(() => clearTimeout(late));
  return found;
}

test.each(SCENES)('the relay finds what the page finds %s', async (_, scene) => {
  const samples = soundScene(sentences, scene);
  const byPage = await foundByPage(samples);
  expect(byPage.length).toBeGreaterThanOrEqual(SAID.length);
  const found = utterancesOf(await foundByRelay(samples, byPage.length));
  expect(found).toHaveLength(byPage.length);
  expect(sameUtterances(byPage, found), JSON.stringify({ byPage, found })).toHaveLength(
    byPage.length,
  );
});

test('the chunks of an utterance are the stream itself, from before its onset', async () => {
  const samples = soundScene(sentences, { speechDbfs: -25, noise: { kind: 'pink', dbfs: -60 } });
  const found = await foundByRelay(samples, SAID.length);
  for (const utterance of [1, 2, 3]) {
    const [started, ...others] = found.filter((what) => what.utterance === utterance);
    expect(started?.type).toBe('speech-started');
    expect(others.at(-1)?.type).toBe('speech-stopped');
    const chunks = others.flatMap((what) => (what.type === 'speech' ? [what] : []));
    const { onsetMs } = started as Extract<SpeechFound, { type: 'speech-started' }>;
    const fromMs = chunks[0]!.startMs;
    expect(fromMs).toBeCloseTo(onsetMs - 300, 1);
    expect(chunks.map(({ last }) => last).indexOf(true)).toBe(chunks.length - 1);
    const whole = joinPcm16(chunks.map((chunk) => chunk.samples));
    expect(whole).toEqual(samples.slice(fromMs * 16, fromMs * 16 + whole.length));
  }
});
