import { compileFlite, Flite } from '@parley/voice';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { DetectedStream } from './detected-stream.ts';
import type { SpeechFound } from './detector-protocol.ts';
import { WEIGHTS } from './page-detector.rig.ts';
import { soundScene } from './sound-scene.rig.ts';

const MS = 16;

let flite: Flite;
beforeAll(async () => {
  flite = new Flite(await compileFlite());
});

/** Sentences at a level, five seconds before each and after the last. */
const said = (dbfs: number, ...texts: readonly string[]) =>
  soundScene(
    texts.map((text) => flite.speak('slt', text)),
    { speechDbfs: dbfs },
  );

function listen(longestMs = 60_000) {
  const found: SpeechFound[] = [];
  const stream = new DetectedStream(WEIGHTS, longestMs, (what) => found.push(what));
  /** What was found, without chunks but for the last of an utterance. */
  const log = () =>
    found.flatMap((what) => {
      if (what.type !== 'speech') return [`${what.type} ${what.utterance}`];
      return what.last ? [`last chunk ${what.utterance}`] : [];
    });
  return { stream, found, log };
}

test('samples of any length are one stream', () => {
  const samples = said(-25, 'what is seven times eight');
  const [whole, pieces] = [listen(), listen()];
  whole.stream.push(samples);
  for (let at = 0; at < samples.length; at += 333) {
    pieces.stream.push(samples.subarray(at, at + 333));
  }
  expect(whole.log()).toContain('speech-stopped 1');
  expect(pieces.found).toEqual(whole.found);
});

test('the relay ends a turn in its pause; what is said next is the next utterance', () => {
  const { stream, found, log } = listen();
  const samples = said(-25, 'stop', 'what is seven times eight');
  for (let at = 0; at < samples.length; at += 512) {
    stream.push(samples.subarray(at, at + 512));
    const last = found.at(-1);
    if (last?.type === 'speech-paused') stream.endOfTurn(last.utterance, last.endMs);
  }
  expect(log()).toEqual([1, 2].flatMap((n) => [`speech-started ${n}`, `speech-paused ${n}`]));
});

test('a turn that was over before is not ended again', () => {
  const { stream, log } = listen();
  const samples = said(-25, 'stop', 'what is seven times eight');
  stream.push(samples);
  stream.endOfTurn(1, 6_000);
  expect(log()).toEqual(
    [1, 2].flatMap((n) => [
      ...[`speech-started ${n}`, `speech-paused ${n}`],
      ...[`last chunk ${n}`, `speech-stopped ${n}`],
    ]),
  );
});

test('what leaks of our voice from a speaker is no speech, a person who interrupts is', () => {
  const { stream, log } = listen();
  stream.isPlaying = true;
  stream.push(said(-62, 'what is seven times eight'));
  expect(log()).toEqual([]);
  stream.push(said(-30, 'stop'));
  expect(log()).toContain('speech-started 1');
});

test('an utterance that is too long for the session goes on as the next', () => {
  const { stream, found } = listen(1_000);
  stream.push(said(-25, 'how many kilometers are in five miles'));
  const lengths = [1, 2].map((utterance) =>
    found.reduce(
      (ms, what) =>
        what.type === 'speech' && what.utterance === utterance ? ms + what.samples.length / MS : ms,
      0,
    ),
  );
  expect(lengths[0]).toBeGreaterThan(900);
  expect(lengths[0]).toBeLessThan(1_100);
  expect(lengths[1]).toBeGreaterThan(300);
});

test('the network rests while nothing but soft noise is heard', () => {
  const frames = vi.spyOn(SileroNetwork.prototype, 'probabilityOf');
  onTestFinished(() => frames.mockRestore());
  const { stream, log } = listen();
  const noise = soundScene([], { speechDbfs: 0, noise: { kind: 'pink', dbfs: -62 } });
  stream.push(noise);
  frames.mockClear();
  for (let times = 0; times < 10; times += 1) stream.push(noise);
  expect(frames).not.toHaveBeenCalled();
  stream.push(said(-30, 'stop'));
  expect(frames).toHaveBeenCalled();
  expect(log()).toContain('speech-started 1');
});
