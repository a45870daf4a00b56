import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SpeechDetector, SpeechFrame } from './speech-detector.ts';
import { UtteranceSegmenter, type SegmenterEvent } from './utterance-segmenter.ts';

interface TimedFrame extends SpeechFrame {
  readonly startMs: number;
}

const CLOCK = { startOf: ({ startMs }: TimedFrame) => startMs };

/** Gets each frame marked by its first sample, so that a test can say what is speech. */
class MarkedDetector implements SpeechDetector {
  fails = false;
  async probabilityOf(frame: Float32Array): Promise<number> {
    if (this.fails) throw new Error('The detector broke.');
    return frame[0]!;
  }
}

const SPEECH = 0.9;
const SILENCE = 0.05;

let log: string[];
let sentMs: number;
let nowMs: number;
let playing: boolean;
let index: number;
let segmenter: UtteranceSegmenter<TimedFrame>;
let detector: MarkedDetector;

beforeEach(() => {
  log = [];
  sentMs = 0;
  nowMs = 0;
  playing = false;
  index = 0;
  detector = new MarkedDetector();
  segmenter = new UtteranceSegmenter({
    echo: { captured: () => {}, isClosed: () => false },
    now: () => nowMs,
    isPlaying: () => playing,
    onEvent: note,
    onLevel: () => {},
  });
  segmenter.attach(CLOCK);
  segmenter.setDetector(detector);
});

function note(event: SegmenterEvent): void {
  switch (event.type) {
    case 'chunk':
      sentMs += event.chunk.samples.length / 16;
      if (event.chunk.last) log.push('last chunk');
      return;
    case 'paused':
    case 'ended':
      return void log.push(`${event.type} at ${Math.round(event.speechEndMs)}`);
    case 'resumed':
      return void log.push(`resumed at ${Math.round(event.onsetMs)}`);
    case 'detector-failed':
      return void log.push('detector failed');
    default:
      log.push(event.type);
  }
}

/** Captures frames of 32 ms that the detector will judge as `probability`. */
async function hear(probability: number, frames: number): Promise<void> {
  for (let n = 0; n < frames; n += 1) {
    nowMs += 32;
    segmenter.push({
      samples: new Float32Array(512).fill(probability),
      startMs: index / 16,
    });
    index += 512;
    // The detector answers asynchronously.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

test('an utterance is sent with its pre-roll and ends where the speech ended', async () => {
  await hear(SILENCE, 40);
  await hear(SPEECH, 20);
  await hear(SILENCE, 40);
  expect(log).toEqual(['suspected', 'started', 'last chunk', 'ended at 1840']);
  // 300 ms before the onset, the speech, and the silence that it took to be sure.
  expect(sentMs).toBeGreaterThan(300 + 20 * 32 + 470);
  expect(sentMs).toBeLessThan(300 + 20 * 32 + 530);
});

test('a click sends nothing', async () => {
  await hear(SILENCE, 40);
  await hear(SPEECH, 1);
  await hear(SILENCE, 40);
  expect(log).toEqual(['suspected', 'misfire']);
  expect(sentMs).toBe(0);
});

test('while we play, what is likely our own echo is not taken for speech', async () => {
  playing = true;
  await hear(0.6, 30);
  expect(log).toEqual([]);
  playing = false;
  await hear(0.6, 30);
  expect(log).toEqual(['suspected', 'started']);
});

test('another microphone goes on with what is being said', async () => {
  await hear(SPEECH, 20);
  const before = sentMs;
  // The new microphone takes a moment to open, and counts its samples from 0.
  nowMs += 160;
  segmenter.attach(CLOCK);
  const startMs = nowMs;
  for (let n = 0; n < 60; n += 1) {
    nowMs += 32;
    segmenter.push({
      samples: new Float32Array(512).fill(n < 20 ? SPEECH : SILENCE),
      startMs: startMs + n * 32,
    });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
  expect(log).toEqual(['suspected', 'started', 'last chunk', 'ended at 1360']);
  expect(sentMs - before).toBeGreaterThan(20 * 32 + 400);
});

describe('muted', () => {
  test('nothing leaves, and an open utterance is ended', async () => {
    await hear(SPEECH, 20);
    const before = sentMs;
    segmenter.setMuted(true);
    expect(log.slice(0, 3)).toEqual(['suspected', 'started', 'last chunk']);
    expect(log[3]).toMatch(/^ended/);
    await hear(SPEECH, 30);
    expect(log).toHaveLength(4);
    expect(sentMs - before).toBeLessThan(100);
  });

  test('what was said while muted is not the pre-roll of what is said after', async () => {
    segmenter.setMuted(true);
    await hear(SPEECH, 40);
    segmenter.setMuted(false);
    await hear(SPEECH, 5);
    await hear(SILENCE, 30);
    expect(sentMs).toBeLessThan(35 * 32);
    expect(log).toContain('started');
  });

  test('a suspicion is a misfire, so that the voice goes on', async () => {
    await hear(SPEECH, 1);
    segmenter.setMuted(true);
    expect(log).toEqual(['suspected', 'misfire']);
  });
});

describe('paused', () => {
  test('nothing leaves, held or not, and what follows is heard again', async () => {
    segmenter.setPaused(true);
    await hear(SPEECH, 20);
    segmenter.holdToTalk(true);
    await hear(SPEECH, 20);
    segmenter.holdToTalk(false);
    expect(log).toEqual([]);
    expect(sentMs).toBe(0);
    segmenter.setPaused(false);
    await hear(SPEECH, 5);
    await hear(SILENCE, 30);
    // Earlier speech is not its pre-roll.
    expect(sentMs).toBeLessThan(35 * 32);
    expect(log.slice(0, 2)).toEqual(['suspected', 'started']);
  });

  test('an open utterance is ended, also while the key is held', async () => {
    segmenter.holdToTalk(true);
    await hear(SPEECH, 20);
    segmenter.setPaused(true);
    expect(log.slice(0, 2)).toEqual(['started', 'last chunk']);
    expect(log[2]).toMatch(/^ended/);
  });
});

describe('push-to-talk', () => {
  test('everything is speech while the key is held, even when muted', async () => {
    segmenter.setMuted(true);
    segmenter.holdToTalk(true);
    expect(log).toEqual(['started']);
    await hear(SILENCE, 20);
    await hear(SPEECH, 10);
    await hear(SILENCE, 20);
    expect(log).toEqual(['started']);
    segmenter.holdToTalk(false);
    await hear(SILENCE, 1);
    expect(log).toEqual(['started', 'last chunk', 'ended at 960']);
  });

  test('what was said before the key was let go is sent, though it arrives later', async () => {
    segmenter.holdToTalk(true);
    await hear(SPEECH, 20);
    nowMs += 50;
    segmenter.holdToTalk(false);
    nowMs -= 50;
    await hear(SPEECH, 1);
    expect(log).toEqual(['started']);
    await hear(SPEECH, 1);
    expect(log).toEqual(['started', 'last chunk', 'ended at 690']);
  });

  test('a key that was only touched sends an utterance that is taken back', async () => {
    segmenter.holdToTalk(true);
    await hear(SILENCE, 3);
    segmenter.holdToTalk(false);
    await hear(SILENCE, 1);
    expect(log).toEqual(['started', 'last chunk', 'discarded']);
  });

  test('works while the detector loads, and without one', async () => {
    segmenter.setDetector('none');
    segmenter.holdToTalk(true);
    await hear(SPEECH, 20);
    segmenter.holdToTalk(false);
    await hear(SPEECH, 2);
    expect(log[0]).toBe('started');
    expect(log.at(-1)).toMatch(/^ended/);
  });
});

describe('letting go of no key', () => {
  test('ends what is being said, with the speech that is still on its way', async () => {
    await hear(SPEECH, 20);
    nowMs += 50;
    segmenter.holdToTalk(false);
    nowMs -= 50;
    await hear(SPEECH, 2);
    expect(log).toEqual(['suspected', 'started', 'last chunk', 'ended at 690']);
  });

  test('does nothing to a suspicion, nor in silence', async () => {
    segmenter.holdToTalk(false);
    await hear(SPEECH, 1);
    segmenter.holdToTalk(false);
    await hear(SILENCE, 1);
    expect(log).toEqual(['suspected']);
  });

  test('begins nothing new if the relay has ended the turn meanwhile', async () => {
    segmenter.relayDecides = true;
    await hear(SPEECH, 20);
    await hear(SILENCE, 12);
    segmenter.holdToTalk(false);
    segmenter.endOfTurn(560);
    await hear(SILENCE, 3);
    expect(log.slice(2)).toEqual(['paused at 560']);
    await hear(SPEECH, 20);
    expect(log.slice(3)).toEqual(['suspected', 'started']);
  });
});

test('a key that is touched at the end of speech does not take the speech back', async () => {
  await hear(SPEECH, 20);
  segmenter.holdToTalk(true);
  segmenter.holdToTalk(false);
  await hear(SILENCE, 1);
  expect(log).toEqual(['suspected', 'started', 'last chunk', 'ended at 560']);
});

test('a key that is pressed without a microphone does nothing', () => {
  segmenter.detach();
  segmenter.holdToTalk(true);
  segmenter.holdToTalk(false);
  expect(log).toEqual([]);
});

test('a key that is released after the microphone fell silent still ends the utterance', async () => {
  vi.useFakeTimers();
  segmenter.holdToTalk(true);
  await hear(SPEECH, 10);
  nowMs += 1_000;
  segmenter.holdToTalk(false);
  vi.advanceTimersByTime(500);
  vi.useRealTimers();
  expect(log).toEqual(['started', 'last chunk', 'ended at 320']);
});

test('an utterance beyond the limit is continued as the next, with nothing lost between', async () => {
  segmenter.utteranceLimitMs = 2_000;
  await hear(SPEECH, 100);
  expect(log.filter((entry) => entry === 'started').length).toBeGreaterThan(1);
  await hear(SILENCE, 30);
  expect(sentMs).toBeGreaterThanOrEqual(100 * 32);
  expect(sentMs).toBeLessThan(100 * 32 + 600);
});

test('a microphone that goes away ends what is open', async () => {
  await hear(SPEECH, 20);
  segmenter.detach();
  expect(log.at(-1)).toMatch(/^ended/);
});

test('a detector that breaks is reported once, and listening goes on without it', async () => {
  detector.fails = true;
  await hear(SPEECH, 10);
  expect(log).toEqual(['detector failed']);
});

test('frames wait for a detector that still loads, and no more than a bound of them', async () => {
  let answered = 0;
  const late = new UtteranceSegmenter({
    echo: { captured: () => {}, isClosed: () => false },
    now: () => nowMs,
    isPlaying: () => false,
    onEvent: () => {},
    onLevel: () => {},
  });
  for (let n = 0; n < 500; n += 1) {
    late.push({ samples: new Float32Array(512) });
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  late.setDetector({
    probabilityOf: async () => {
      answered += 1;
      if (answered === 200) resolve();
      return 0;
    },
  });
  await promise;
  expect(answered).toBe(200);
});
