import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrowserSpeaker, type Utterance } from './browser-speaker.ts';

interface ScriptedUtterance extends Utterance {
  readonly text: string;
  fire(type: 'start' | 'end' | 'error'): void;
}

let said: ScriptedUtterance[];
let cancelled: number;
let voices: { lang: string; localService: boolean }[];
let onVoices: () => void;
let reports: string[];
let failures: string[];
let speaker: BrowserSpeaker;

afterEach(() => vi.useRealTimers());

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  cancelled = 0;
  voices = [{ lang: 'en-US', localService: true }];
  onVoices = () => {};
  reports = [];
  failures = [];
  speaker = make();
});

function make(): BrowserSpeaker {
  return new BrowserSpeaker({
    synthesis: {
      getVoices: () => voices as SpeechSynthesisVoice[],
      speak: (utterance) => said.push(utterance as ScriptedUtterance),
      cancel: () => (cancelled += 1),
      resume: () => {},
      addEventListener: (_, listener) => (onVoices = listener),
    },
    createUtterance: utteranceOf,
    onReport: ({ clause }, state) => reports.push(`${clause} ${state}`),
    onFailed: (failure) => failures.push(failure),
  });
}

function utteranceOf(text: string): ScriptedUtterance {
  const listeners: { readonly type: string; readonly listener: () => void }[] = [];
  return {
    text,
    lang: '',
    voice: null,
    volume: 1,
    rate: 1,
    addEventListener: (type: string, listener: unknown) =>
      listeners.push({ type, listener: listener as () => void }),
    fire: (type: string) => {
      for (const entry of listeners) if (entry.type === type) entry.listener();
    },
  } as ScriptedUtterance;
}

const speak = (clause: number, text: string) =>
  speaker.speak({ type: 'speak', responseId: 'a', clause, text });

test('clauses are spoken one after the other, each reported as it begins and ends', () => {
  speak(0, 'One.');
  speak(1, 'Two.');
  expect(said.map(({ text }) => text)).toEqual(['One.']);
  said[0]!.fire('start');
  said[0]!.fire('end');
  expect(said.map(({ text }) => text)).toEqual(['One.', 'Two.']);
  said[1]!.fire('start');
  expect(reports).toEqual(['0 started', '0 ended', '1 started']);
});

test('hushed, it is silent at once, forgets what waited, and speaks what comes afterwards', () => {
  speak(0, 'One.');
  speak(1, 'Two.');
  said[0]!.fire('start');
  speaker.hush();
  expect(cancelled).toBe(1);
  // Some browsers report a cancelled utterance as ended, some as failed.
  said[0]!.fire('error');
  said[0]!.fire('end');
  speak(2, 'Three.');
  vi.advanceTimersByTime(1_000);
  expect(said.map(({ text }) => text)).toEqual(['One.', 'Three.']);
  expect(reports).toEqual(['0 started']);
});

test('an utterance whose end is never reported does not hold up the next', () => {
  speak(0, 'One.');
  speak(1, 'Two.');
  said[0]!.fire('start');
  vi.advanceTimersByTime(5_000);
  expect(reports).toEqual(['0 started', '0 ended']);
  expect(said).toHaveLength(2);
});

test('one clause that cannot be spoken is passed over, two in a row are a voice that failed', () => {
  speak(0, 'One.');
  speak(1, 'Two.');
  speak(2, 'Three.');
  said[0]!.fire('error');
  said[1]!.fire('start');
  said[1]!.fire('end');
  expect(failures).toEqual([]);
  said[2]!.fire('error');
  speak(3, 'Four.');
  vi.advanceTimersByTime(10_000);
  expect(failures).toEqual(['failed']);
  expect(reports).toEqual(['0 failed', '1 started', '1 ended', '2 failed', '3 failed']);
  speak(4, 'Five.');
  expect(reports.at(-1)).toBe('4 failed');
});

test('a clause is spoken in the language of the call by a voice that has it', () => {
  voices = [
    { lang: 'en-US', localService: true },
    { lang: 'de-CH', localService: false },
  ];
  speaker = make();
  speaker.language = 'de-DE';
  speak(0, 'Eins.');
  expect(said[0]).toMatchObject({ lang: 'de-CH' });
  speaker.language = 'fr-FR';
  speak(1, 'Deux.');
  said[0]!.fire('start');
  said[0]!.fire('end');
  expect(said[1]).toMatchObject({ lang: 'fr-FR', voice: null });
});

test('voices that come late are waited for, and the fitting one is chosen', () => {
  voices = [];
  speaker = make();
  speak(0, 'One.');
  expect(said).toEqual([]);
  voices = [
    { lang: 'de-DE', localService: true },
    { lang: 'en-GB', localService: true },
    { lang: 'en-US', localService: false },
    { lang: 'en_US', localService: true },
  ];
  onVoices();
  expect(said[0]).toMatchObject({ text: 'One.', lang: 'en_US', voice: { localService: true } });
});

test('voices that never come are missing', () => {
  voices = [];
  speaker = make();
  speak(0, 'One.');
  vi.advanceTimersByTime(5_000);
  expect(failures).toEqual(['missing']);
  expect(reports).toEqual(['0 failed']);
});
