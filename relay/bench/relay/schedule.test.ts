import { expect, test } from 'vitest';
import { positionAt, utteranceOf, type Schedule } from './schedule.ts';

const schedule: Schedule = { speakingChunks: 4, pauseChunks: 2, aheadChunks: 1 };

/** What a caller does at each tick: the utterance of the chunk they send, or a pause. */
function said(session: number, ticks: number): string {
  let index = 0;
  return Array.from({ length: ticks }, (_, tick) =>
    positionAt(schedule, session, tick) < schedule.speakingChunks
      ? utteranceOf(schedule, session, index++)
      : '-',
  ).join('');
}

test('callers speak and pause in turn, each from another moment on', () => {
  expect(said(0, 12)).toBe('0000--1111--');
  expect(said(1, 12)).toBe('000--1111--2');
  expect(said(4, 12)).toBe('--0000--1111');
  expect(said(5, 12)).toBe('-0000--1111-');
});
