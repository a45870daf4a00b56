import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BrowserRecogniser } from './browser-recogniser.ts';
import { ScriptedRecogniser } from './recogniser.fake.ts';

let sessions: ScriptedRecogniser[];
let words: string[];
let failures: string[];

afterEach(() => vi.useRealTimers());

beforeEach(() => {
  vi.useFakeTimers();
  sessions = [];
  words = [];
  failures = [];
});

function make(guessesAreFinal = false): BrowserRecogniser {
  return new BrowserRecogniser({
    create: () => {
      const session = new ScriptedRecogniser();
      sessions.push(session);
      return session;
    },
    language: () => 'en-US',
    guessesAreFinal,
    now: () => Date.now(),
    onWords: ({ text, isFinal }) => words.push(isFinal ? `${text}.` : text),
    onFailed: (failure) => failures.push(failure),
  });
}

const latest = () => sessions.at(-1)!;

test('guesses are reported as they change, final words once', () => {
  make().start();
  expect(latest()).toMatchObject({ lang: 'en-US', continuous: true, interimResults: true });
  latest().hears(['what']);
  latest().hears(['what time'], [' is it']);
  latest().hears(['what time is it', 0.9]);
  latest().hears(['what time is it', 0.9], ['in']);
  expect(words).toEqual(['what', 'what time is it', 'what time is it.', 'in']);
});

test('a session that ends after some silence is followed by another', () => {
  make().start();
  vi.advanceTimersByTime(8_000);
  latest().ends('no-speech');
  expect(sessions).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(sessions).toHaveLength(2);
  expect(latest().calls).toEqual(['start']);
  expect(failures).toEqual([]);
});

test('what was only guessed when a session ended is final', () => {
  make().start();
  latest().hears(['set a timer']);
  latest().ends();
  expect(words).toEqual(['set a timer', 'set a timer.']);
});

test('guesses that turn out to be nothing are taken back', () => {
  make().start();
  latest().hears(['what']);
  latest().hears();
  latest().ends();
  expect(words).toEqual(['what', '.']);
});

test('words that a new session repeats from the one before are not reported again', () => {
  make().start();
  latest().hears(['stop', 0.9]);
  latest().ends();
  vi.advanceTimersByTime(200);
  latest().hears(['stop', 0.9]);
  latest().hears(['stop', 0.9], ['stop', 0.9]);
  expect(words).toEqual(['stop.', 'stop.']);
});

describe('on Android', () => {
  test('guesses that are called final are none, and the last of them is what was said', () => {
    make(true).start();
    expect(latest().continuous).toBe(false);
    latest().hears(['what', 0]);
    latest().hears(['what', 0], ['what time', 0]);
    latest().hears(['what', 0], ['what time', 0], ['what time is it', 0]);
    latest().ends();
    expect(words).toEqual(['what', 'what time', 'what time is it', 'what time is it.']);
  });

  test('old results that are delivered again are not reported again', () => {
    make(true).start();
    latest().hears(['hello', 0.9]);
    latest().hears(['hello', 0.9]);
    latest().hears(['hello', 0.9], ['there', 0.8]);
    latest().ends();
    expect(words).toEqual(['hello.', 'there.']);
  });
});

test('it tries less and less often, and not for ever', () => {
  make().start();
  const waitsMs: number[] = [];
  while (failures.length === 0 && sessions.length < 20) {
    const count = sessions.length;
    latest().ends('network');
    const fromMs = Date.now();
    while (sessions.length === count && failures.length === 0) vi.advanceTimersByTime(50);
    if (failures.length === 0) waitsMs.push(Date.now() - fromMs);
  }
  expect(failures).toEqual(['failed']);
  expect(waitsMs).toHaveLength(4);
  expect(waitsMs.toSorted((one, other) => one - other)).toEqual(waitsMs);
  vi.advanceTimersByTime(60_000);
  expect(sessions).toHaveLength(5);
});

test('failures are forgotten once words are heard', () => {
  make().start();
  for (let round = 0; round < 10; round += 1) {
    latest().ends('network');
    vi.advanceTimersByTime(8_000);
    latest().hears([`word ${round}`]);
  }
  expect(failures).toEqual([]);
});

test.each([
  ['not-allowed', 'refused'],
  ['service-not-allowed', 'refused'],
  ['language-not-supported', 'failed'],
])('%s is not tried again', (error, failure) => {
  make().start();
  latest().ends(error);
  expect(failures).toEqual([failure]);
  vi.advanceTimersByTime(60_000);
  expect(sessions).toHaveLength(1);
});

test('once stopped it still reports what it heard, and does not go on', () => {
  const recogniser = make();
  recogniser.start();
  latest().hears(['what time']);
  recogniser.stop();
  expect(latest().calls).toEqual(['start', 'stop']);
  latest().hears(['what time is it', 0.9]);
  latest().ends();
  vi.advanceTimersByTime(60_000);
  expect(words.at(-1)).toBe('what time is it.');
  expect(sessions).toHaveLength(1);
});

test('started again before it had ended, it goes on with another session', () => {
  const recogniser = make();
  recogniser.start();
  recogniser.stop();
  recogniser.start();
  expect(sessions).toHaveLength(1);
  latest().ends();
  expect(sessions).toHaveLength(2);
});

test('one that never reports its end is given up', () => {
  const recogniser = make();
  recogniser.start();
  recogniser.stop();
  vi.advanceTimersByTime(5_000);
  expect(latest().calls).toEqual(['start', 'stop', 'abort']);
  recogniser.start();
  expect(sessions).toHaveLength(2);
});

test('disposed of, it reports nothing more', () => {
  const recogniser = make();
  recogniser.start();
  latest().hears(['what']);
  recogniser.dispose();
  latest().hears(['what time is it', 0.9]);
  latest().ends();
  expect(words).toEqual(['what']);
  expect(latest().calls).toContain('abort');
});
