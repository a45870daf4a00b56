import { describe, expect, test } from 'vitest';
import { memoryStore } from './memory-store.fake.ts';
import {
  DEFAULT_SETTINGS,
  readKeptSettings,
  SETTINGS_KEY,
  writeSettings,
  type KeyValueStore,
} from './settings.ts';

const FORBIDDEN: KeyValueStore = {
  getItem() {
    throw new DOMException('denied', 'SecurityError');
  },
  setItem() {
    throw new DOMException('full', 'QuotaExceededError');
  },
};

describe('settings', () => {
  test('come back as they were kept', () => {
    const store = memoryStore();
    const chosen = {
      ...DEFAULT_SETTINGS,
      theme: 'dark',
      volume: 0.35,
      voice: 'slt',
      language: 'de',
      eagerness: 'low',
      speed: 1.2,
      signals: 'vibration',
      talkBy: 'hold',
    } as const;
    writeSettings(store, chosen);
    expect(readKeptSettings(store)).toEqual(chosen);
  });

  test('are replaced one by one if what was kept is not valid', () => {
    const kept = {
      theme: 'purple',
      captionSize: 'large',
      volume: 7,
      speed: 40,
      signals: 'bell',
      talkBy: 'telepathy',
      eagerness: 'hasty',
      voice: '',
      language: 7,
      speakerId: 'x'.repeat(300),
    };
    expect(readKeptSettings(memoryStore({ [SETTINGS_KEY]: JSON.stringify(kept) }))).toEqual({
      ...DEFAULT_SETTINGS,
      captionSize: 'large',
    });
  });

  test.each([
    [{ earcons: true, turnCue: 'off' }, 'some'],
    [{ earcons: false, turnCue: 'off' }, 'off'],
    [{ earcons: false, turnCue: 'tone' }, 'all'],
    [{ earcons: true, turnCue: 'vibration' }, 'vibration'],
    [{ earcons: false, turnCue: 'tone', signals: 'some' }, 'some'],
  ])('that were kept as %j signal %s', (kept, signals) => {
    const store = memoryStore({ [SETTINGS_KEY]: JSON.stringify(kept) });
    expect(readKeptSettings(store)).toEqual({ ...DEFAULT_SETTINGS, signals });
  });

  test.each(['', 'not json', 'null', '[]', '"text"', '7'])('survive %j in their place', (text) => {
    expect(readKeptSettings(memoryStore({ [SETTINGS_KEY]: text }))).toEqual(DEFAULT_SETTINGS);
  });

  test('do without storage', () => {
    expect(readKeptSettings(null)).toEqual(DEFAULT_SETTINGS);
    expect(readKeptSettings(FORBIDDEN)).toEqual(DEFAULT_SETTINGS);
    expect(() => writeSettings(FORBIDDEN, DEFAULT_SETTINGS)).not.toThrow();
  });
});
