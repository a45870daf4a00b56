import { describe, expect, test } from 'vitest';
import { readGuestToken, writeGuestToken } from './guest-token.ts';
import { memoryStore } from './memory-store.ts';
import {
  DEFAULT_SETTINGS,
  readSettings,
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
    const chosen = { ...DEFAULT_SETTINGS, theme: 'dark', volume: 0.35, voice: 'slt' } as const;
    writeSettings(store, chosen);
    expect(readSettings(store)).toEqual(chosen);
  });

  test('are replaced one by one if what was kept is not valid', () => {
    const kept = {
      theme: 'purple',
      captionSize: 'large',
      volume: 7,
      earcons: 'yes',
      voice: '',
      speakerId: 'x'.repeat(300),
    };
    expect(readSettings(memoryStore({ [SETTINGS_KEY]: JSON.stringify(kept) }))).toEqual({
      ...DEFAULT_SETTINGS,
      captionSize: 'large',
    });
  });

  test.each(['', 'not json', 'null', '[]', '"text"', '7'])('survive %j in their place', (text) => {
    expect(readSettings(memoryStore({ [SETTINGS_KEY]: text }))).toEqual(DEFAULT_SETTINGS);
  });

  test('do without storage', () => {
    expect(readSettings(null)).toEqual(DEFAULT_SETTINGS);
    expect(readSettings(FORBIDDEN)).toEqual(DEFAULT_SETTINGS);
    expect(() => writeSettings(FORBIDDEN, DEFAULT_SETTINGS)).not.toThrow();
  });
});

describe('the guest token', () => {
  const RELAY = 'https://relay.example';

  test('is used again until shortly before it expires', () => {
    const store = memoryStore();
    writeGuestToken(store, RELAY, 'token', 1_000_000);
    expect(readGuestToken(store, RELAY, 900_000)).toBe('token');
    expect(readGuestToken(store, RELAY, 950_000)).toBeUndefined();
  });

  test('is shown to no relay but the one that gave it', () => {
    const store = memoryStore();
    writeGuestToken(store, RELAY, 'one', 1_000_000);
    writeGuestToken(store, 'https://relay.example:8443', 'another', 1_000_000);
    expect(readGuestToken(store, RELAY, 0)).toBe('one');
    expect(readGuestToken(store, 'https://relay.example:8443', 0)).toBe('another');
    expect(readGuestToken(store, 'http://relay.example', 0)).toBeUndefined();
  });

  test.each(['null', '{}', '{"token":5,"expiresAtMs":9e15}', 'x'])(
    'is not read from %j',
    (text) => {
      const store = memoryStore({ [`parley.guest ${RELAY}`]: text });
      expect(readGuestToken(store, RELAY, 0)).toBeUndefined();
    },
  );

  test('does without storage', () => {
    expect(readGuestToken(FORBIDDEN, RELAY, 0)).toBeUndefined();
    expect(() => writeGuestToken(FORBIDDEN, RELAY, 'token', 1)).not.toThrow();
  });
});
