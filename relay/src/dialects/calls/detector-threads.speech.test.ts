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
] as const;
const CHUNK_SAMPLES = 640;
/** For what takes a second on an idle machine. */
const DEADLINE_MS = 30_000;

const SCENES: readonly (readonly [what: string, scene: SoundScene])[] = [
  ['softly, in silence', { speechDbfs: -45 }],
  ['softly, in hiss', { speechDbfs: -45, noise: { kind: 'white', dbfs: -65 } }],
  ['in a loud room', { speechDbfs: -25, noise: { kind: 'pink', dbfs: -42 } }],
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
  const found = await foundByRelay(samples, byPage.length);
  const byRelay = utterancesOf(found);
  expect(byRelay).toHaveLength(byPage.length);
  expect(sameUtterances(byPage, byRelay), JSON.stringify({ byPage, byRelay })).toHaveLength(
    byPage.length,
  );
  for (const [index, { onsetMs }] of byRelay.entries()) {
    const chunks = found.flatMap((what) =>
      what.type === 'speech' && what.utterance === index + 1 ? [what] : [],
    );
    const fromMs = chunks[0]!.startMs;
    expect(fromMs).toBeCloseTo(onsetMs - 300, 1);
    expect(chunks.map(({ last }) => last).indexOf(true)).toBe(chunks.length - 1);
    const whole = joinPcm16(chunks.map((chunk) => chunk.samples));
    expect(whole).toEqual(samples.slice(fromMs * 16, fromMs * 16 + whole.length));
  }
});
