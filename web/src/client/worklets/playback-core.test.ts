import { beforeEach, describe, expect, test } from 'vitest';
import { PlaybackCore } from './playback-core.ts';
import type { PlaybackReport } from '../messages/playback-messages.ts';

const RATE = 16_000;
const QUANTUM = 128;

/** Plays at the voice's own rate, so that what goes in can be compared with what comes out. */
let reports: PlaybackReport[];
let core: PlaybackCore;
let played: number[];

beforeEach(() => {
  reports = [];
  played = [];
  core = new PlaybackCore(RATE, (report) => reports.push(report));
});

function render(ms: number): Float32Array {
  const quanta = Math.round((ms * RATE) / 1_000 / QUANTUM);
  const from = played.length;
  for (let n = 0; n < quanta; n += 1) {
    const output = new Float32Array(QUANTUM);
    core.render(output, played.length / RATE);
    played.push(...output);
  }
  return Float32Array.from(played.slice(from));
}

/** A slow wave that is never zero, so silence never looks like it. */
function voice(from: number, count: number): Int16Array {
  return Int16Array.from(
    { length: count },
    (_, n) => 12_000 + Math.round(4_000 * Math.sin((from + n) / 40)),
  );
}

function expected(from: number, count: number): number[] {
  return [...voice(from, count)].map((sample) => sample / 32_768);
}

function of(type: PlaybackReport['type']): PlaybackReport[] {
  return reports.filter((report) => report.type === type);
}

function begin(ms: number): void {
  core.handle({ type: 'begin', item: 7, rateHz: RATE });
  core.handle({ type: 'push', item: 7, samples: voice(0, (ms * RATE) / 1_000) });
}

test('plays an item to its last sample and says so', () => {
  begin(200);
  core.handle({ type: 'complete', item: 7 });
  render(400);
  expect(played.slice(0, 3_200)).toEqual(expected(0, 3_200));
  expect(played.slice(3_200).every((sample) => sample === 0)).toBe(true);
  expect(of('started')).toEqual([{ type: 'started', item: 7, contextTimeS: 0 }]);
  expect(of('ended')).toEqual([{ type: 'ended', item: 7, playedMs: 200 }]);
  expect(of('starved')).toEqual([]);
});

test('holding fades out within 15 ms and resuming goes on where it was', () => {
  begin(1_000);
  render(96);
  const atHold = played.length;
  core.handle({ type: 'hold' });
  const held = render(160);
  expect(held.subarray(240).every((sample) => sample === 0)).toBe(true);
  expect(largestStep(held)).toBeLessThan(0.02);
  expect(of('held')).toEqual([{ type: 'held', item: 7, playedMs: (atHold * 1_000) / RATE }]);

  const resumedAt = played.length;
  core.handle({ type: 'resume' });
  render(160);
  // After the fade-in the samples are those that follow the hold: none lost, none twice.
  expect(played.slice(resumedAt + 240, resumedAt + 1_500)).toEqual(
    expected(atHold + 240, 1_500 - 240),
  );
});

test('resuming in the middle of the fade neither repeats nor skips', () => {
  begin(1_000);
  render(96);
  core.handle({ type: 'hold' });
  render(8);
  core.handle({ type: 'resume' });
  render(96);
  expect(played.slice(-512)).toEqual(expected(played.length - 512, 512));
});

test('a flush while playing reports how much was played', () => {
  begin(1_000);
  render(96);
  core.handle({ type: 'flush', item: 7 });
  const after = render(160);
  expect(after.subarray(240).every((sample) => sample === 0)).toBe(true);
  const [flushed] = of('flushed');
  expect(flushed).toMatchObject({ item: 7 });
  expect((flushed as { playedMs: number }).playedMs).toBeCloseTo(96 + 15, 0);
});

test('a flush while held keeps the position of the hold and is answered at once', () => {
  begin(1_000);
  render(96);
  core.handle({ type: 'hold' });
  render(96);
  core.handle({ type: 'flush', item: 7 });
  expect(of('flushed')).toEqual([{ type: 'flushed', item: 7, playedMs: 96 }]);
});

test('an item that never sounded is flushed at once with nothing played', () => {
  core.handle({ type: 'begin', item: 7, rateHz: RATE });
  core.handle({ type: 'flush', item: 7 });
  expect(of('flushed')).toEqual([{ type: 'flushed', item: 7, playedMs: 0 }]);
});

test('an item that begins while held stays silent until resumed', () => {
  core.handle({ type: 'hold' });
  begin(500);
  expect(render(96).every((sample) => sample === 0)).toBe(true);
  expect(of('started')).toEqual([]);
  core.handle({ type: 'resume' });
  render(96);
  expect(of('started')).toHaveLength(1);
});

describe('running dry', () => {
  test('fades out, says so, and goes on where it was once there is more', () => {
    begin(100);
    render(200);
    expect(of('starved')).toHaveLength(1);
    expect(largestStep(Float32Array.from(played))).toBeLessThan(0.02);
    const stoppedAt = played.findLastIndex((sample) => sample !== 0);

    core.handle({ type: 'push', item: 7, samples: voice(1_600, 3_200) });
    const resumedAt = played.length;
    render(160);
    // The faded stretch is played again in full: nothing of the voice is missing.
    const fadeStart = stoppedAt + 1 - 239;
    expect(played.slice(resumedAt + 240, resumedAt + 1_000)).toEqual(
      expected(fadeStart + 240, 1_000 - 240),
    );
    expect(of('ended')).toEqual([]);
  });

  test('waits for more than a crumb', () => {
    begin(100);
    render(200);
    core.handle({ type: 'push', item: 7, samples: voice(1_600, 160) });
    expect(render(50).every((sample) => sample === 0)).toBe(true);
  });

  test('is the end once the item is complete', () => {
    begin(100);
    render(200);
    core.handle({ type: 'complete', item: 7 });
    render(50);
    expect(of('ended')).toEqual([{ type: 'ended', item: 7, playedMs: 100 }]);
  });
});

test('reports its position about thirty times a second', () => {
  begin(1_000);
  render(1_000 - 32);
  const positions = of('position') as Extract<PlaybackReport, { type: 'position' }>[];
  expect(positions.length).toBeGreaterThan(20);
  expect(positions.length).toBeLessThan(32);
  for (const { playedMs, bufferedMs, contextTimeS, rms } of positions) {
    expect(playedMs).toBeCloseTo(contextTimeS * 1_000, 5);
    expect(playedMs + bufferedMs).toBeCloseTo(1_000, -1);
    expect(rms).toBeGreaterThan(0.3);
  }
});

test('audio for an item that is not playing is ignored', () => {
  begin(100);
  core.handle({ type: 'push', item: 6, samples: voice(0, 1_600) });
  core.handle({ type: 'begin', item: 8, rateHz: 48_000 });
  core.handle({ type: 'complete', item: 7 });
  render(300);
  expect(of('ended')).toEqual([{ type: 'ended', item: 7, playedMs: 100 }]);
});

test('a voice at another rate lasts as long as it should', () => {
  core = new PlaybackCore(48_000, (report) => reports.push(report));
  core.handle({ type: 'begin', item: 1, rateHz: 22_050 });
  core.handle({ type: 'push', item: 1, samples: new Int16Array(22_050).fill(8_000) });
  core.handle({ type: 'complete', item: 1 });
  let sounding = 0;
  for (let n = 0; n < 500; n += 1) {
    const output = new Float32Array(QUANTUM);
    core.render(output, (n * QUANTUM) / 48_000);
    sounding += output.filter((sample) => sample !== 0).length;
  }
  expect(Math.abs(sounding - 48_000)).toBeLessThan(60);
  expect(of('ended')).toEqual([{ type: 'ended', item: 1, playedMs: expect.closeTo(1_000, 0) }]);
});

/** The largest jump between neighbouring samples: what a click is. */
function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let n = 1; n < samples.length; n += 1) {
    largest = Math.max(largest, Math.abs(samples[n]! - samples[n - 1]!));
  }
  return largest;
}

test('the first sample that can be heard is reported once, behind a soft lead-in', () => {
  const soft = new Int16Array(480).fill(100);
  core.handle({ type: 'begin', item: 7, rateHz: RATE });
  core.handle({ type: 'push', item: 7, samples: soft });
  core.handle({ type: 'push', item: 7, samples: voice(0, 3_200) });
  core.handle({ type: 'complete', item: 7 });
  render(400);
  expect(of('started')).toEqual([{ type: 'started', item: 7, contextTimeS: 0 }]);
  expect(of('audible')).toEqual([{ type: 'audible', item: 7, contextTimeS: 0.03 }]);
});
