import { expect, it } from 'vitest';
import { InboxAllowances } from './inbox-allowances.ts';
import { NO_RULES } from './session-options.ts';
import { TEST_CALLER } from './caller.fake.ts';

const CHUNKS_PER_SECOND = 10;
const CHUNK_MS = 100;

function setUp(controlMessagesPerMinute = 100) {
  const rules = { ...NO_RULES, controlMessagesPerMinute: () => controlMessagesPerMinute };
  const allowances = new InboxAllowances(rules, TEST_CALLER.identity);
  const takeAudio = (chunks: number) =>
    Array.from({ length: chunks }, () => allowances.audio.take(CHUNK_MS)).filter(Boolean).length;
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) allowances.refill(1_000);
  };
  return { allowances, takeAudio, pass };
}

it('takes an hour of speech as fast as it is spoken', () => {
  const { takeAudio, pass } = setUp();
  for (let second = 0; second < 3_600; second++) {
    expect(takeAudio(CHUNKS_PER_SECOND)).toBe(CHUNKS_PER_SECOND);
    pass(1);
  }
});

it('takes a minute of speech at once after a minute without a connection', () => {
  const { takeAudio, pass } = setUp();
  takeAudio(700);
  pass(60);
  expect(takeAudio(60 * CHUNKS_PER_SECOND)).toBe(600);
});

it('takes hardly more than was spoken from a script that sends fifty times as fast', () => {
  const { takeAudio, pass } = setUp();
  let taken = 0;
  for (let second = 0; second < 1_800; second++) {
    taken += takeAudio(50 * CHUNKS_PER_SECOND);
    pass(1);
  }
  expect(taken / CHUNKS_PER_SECOND).toBeLessThan(1_800 * 1.01 + 71);
});

it('saves up no more than a client keeps while its connection is lost', () => {
  const { takeAudio, pass } = setUp();
  pass(3_600);
  expect(takeAudio(2_000)).toBe(700);
});

it('counts speech by its time, in frames of any length', () => {
  const { allowances } = setUp();
  const taken = Array.from({ length: 4_000 }, () => allowances.audio.take(20));
  expect(taken.filter(Boolean)).toHaveLength(70_000 / 20);
});

it('takes any number of events if the plan does not limit them', () => {
  const { allowances, pass } = setUp(Infinity);
  for (let event = 0; event < 100_000; event++) expect(allowances.control.take()).toBe(true);
  pass(10);
  expect(allowances.control.take()).toBe(true);
});

it('allows the turns of a person, unless the plan is for programs', () => {
  const turnsOf = (turnsPerMinute: number) => {
    const rules = { ...NO_RULES, turnsPerMinute: () => turnsPerMinute };
    const allowances = new InboxAllowances(rules, TEST_CALLER.identity);
    return Array.from({ length: 100 }, () => allowances.takeTurn()).filter(Boolean).length;
  };
  expect(turnsOf(60)).toBe(20);
  // A plan for programs, in which a second holds more than a person asks in a row.
  expect(turnsOf(60 * 50)).toBe(50);
  expect(turnsOf(Infinity)).toBe(100);
});

it('counts neither pauses nor the words of a page’s language model among the control messages', () => {
  const { allowances } = setUp(1);
  for (let word = 0; word < 500; word++) {
    expect(allowances.takeControl('page.answer.delta')).toBe(true);
  }
  expect(allowances.takeControl('page.answer.done')).toBe(true);
  expect(allowances.takeControl('session.update')).toBe(false);
  expect(allowances.takeControl('input_audio_buffer.speech_paused')).toBe(true);
});
