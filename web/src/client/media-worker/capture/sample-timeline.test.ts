import { expect, test } from 'vitest';
import { SampleTimeline } from './sample-timeline.ts';

/** 1, 2, 3 … so that each sample says where it belongs. */
function counted(from: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => from + n + 1);
}

function readFrom(timeline: SampleTimeline, startMs: number, count = 16): number[] {
  const out = new Float32Array(count);
  timeline.copy(timeline.advance(startMs, count)!, out);
  return [...out];
}

test('reads what was written for that instant', () => {
  const timeline = new SampleTimeline(1_600);
  timeline.write(counted(0, 800), 1_000);
  expect(readFrom(timeline, 1_020)).toEqual([...counted(320, 16)]);
  expect(readFrom(timeline, 1_021)).toEqual([...counted(336, 16)]);
});

test('clocks that disagree by a few ms tear nothing', () => {
  const timeline = new SampleTimeline(1_600);
  timeline.write(counted(0, 160), 1_000);
  timeline.write(counted(160, 160), 1_014);
  timeline.write(counted(320, 160), 1_015);
  expect(readFrom(timeline, 1_000, 320)).toEqual([...counted(0, 320)]);
  expect(readFrom(timeline, 1_026)).toEqual([...counted(320, 16)]);
});

test('what was left out is silence, and what comes after it is in its place', () => {
  const timeline = new SampleTimeline(1_600);
  timeline.write(counted(0, 160), 1_000);
  timeline.write(counted(0, 160), 1_050);
  expect(readFrom(timeline, 1_009, 32)).toEqual([...counted(144, 16), ...Array(16).fill(0)]);
  expect(readFrom(timeline, 1_050)).toEqual([...counted(0, 16)]);
});

test('a gap that is longer than what is kept leaves nothing of what was before', () => {
  const timeline = new SampleTimeline(1_600);
  timeline.write(counted(0, 1_600), 0);
  timeline.write(counted(0, 160), 60_000);
  expect(readFrom(timeline, 60_000)).toEqual([...counted(0, 16)]);
  expect(readFrom(timeline, 59_950)).toEqual(Array(16).fill(0));
});

test('a clock that is set back begins anew', () => {
  const timeline = new SampleTimeline(1_600);
  timeline.write(counted(0, 160), 5_000);
  timeline.write(counted(500, 160), 1_000);
  expect(readFrom(timeline, 1_000)).toEqual([...counted(500, 16)]);
});

test('says what has come', () => {
  const timeline = new SampleTimeline(1_600);
  expect(timeline.has(1_000, 16)).toBe(false);
  timeline.write(counted(0, 160), 1_000);
  expect(timeline.has(1_000, 160)).toBe(true);
  expect(timeline.has(1_011, 16)).toBe(false);
  expect(readFrom(timeline, 1_030)).toEqual(Array(16).fill(0));
});
