import { expect, test } from 'vitest';
import { memoryStore } from '../settings/memory-store.fake.ts';
import type { KeyValueStore } from '../settings/settings.ts';
import { KeptGuest } from './guest-token.ts';

const RELAY = 'https://relay.example';

const FORBIDDEN: KeyValueStore = {
  getItem() {
    throw new DOMException('denied', 'SecurityError');
  },
  setItem() {
    throw new DOMException('full', 'QuotaExceededError');
  },
};

test('a token is kept until a minute before it expires', () => {
  let nowMs = 0;
  const kept = new KeptGuest(memoryStore(), () => nowMs);
  kept.keepToken(RELAY, { token: 'token', expiresInS: 1_000 });
  nowMs = 900_000;
  expect(kept.token(RELAY)).toBe('token');
  nowMs = 950_000;
  expect(kept.token(RELAY)).toBeUndefined();
});

test.each(['', 'a b', 'a\n', 'tökèn', 7, null, {}])(
  'a kept token that no request can carry is none: %j',
  (token) => {
    const store = memoryStore();
    store.setItem(`parley.guest ${RELAY}`, JSON.stringify({ token, expiresAtMs: 1e9 }));
    expect(new KeptGuest(store, () => 0).token(RELAY)).toBeUndefined();
  },
);

test('a token and an access code are shown to no relay but their own', () => {
  const other = 'https://relay.example:8443';
  const kept = new KeptGuest(memoryStore(), () => 0);
  kept.keepToken(RELAY, { token: 'one', expiresInS: 1_000 });
  kept.keepToken(other, { token: 'another', expiresInS: 1_000 });
  kept.keepAccessCode(RELAY, 'open sesame');
  expect(kept.token(RELAY)).toBe('one');
  expect(kept.token(other)).toBe('another');
  expect(kept.token('http://relay.example')).toBeUndefined();
  expect(kept.accessCode(RELAY)).toBe('open sesame');
  expect(kept.accessCode(other)).toBeUndefined();
});

test('what is forgotten is gone', () => {
  const kept = new KeptGuest(memoryStore(), () => 0);
  kept.keepToken(RELAY, { token: 'one', expiresInS: 1_000 });
  kept.keepAccessCode(RELAY, 'open sesame');
  kept.forgetToken(RELAY);
  kept.forgetAccessCode(RELAY);
  expect(kept.token(RELAY)).toBeUndefined();
  expect(kept.accessCode(RELAY)).toBeUndefined();
});

test.each(['null', '{}', '{"token":5,"expiresAtMs":9e15}', 'x'])(
  'no token is read from %j',
  (text) => {
    const kept = new KeptGuest(memoryStore({ [`parley.guest ${RELAY}`]: text }), () => 0);
    expect(kept.token(RELAY)).toBeUndefined();
  },
);

test('it does without storage', () => {
  const kept = new KeptGuest(FORBIDDEN, () => 0);
  expect(kept.token(RELAY)).toBeUndefined();
  expect(() => kept.keepToken(RELAY, { token: 'token', expiresInS: 1 })).not.toThrow();
});

test('a token is due to be renewed soon, until it has expired', () => {
  let nowMs = 0;
  const kept = new KeptGuest(memoryStore(), () => nowMs);
  expect(kept.dueToken(RELAY)).toBeUndefined();
  expect(kept.hasExpired(RELAY)).toBe(false);
  kept.keepToken(RELAY, { token: 'token', expiresInS: 1_000 });
  nowMs = 33_000;
  expect(kept.dueToken(RELAY)).toBeUndefined();
  nowMs = 34_000;
  expect(kept.dueToken(RELAY)).toBe('token');
  expect(kept.hasExpired(RELAY)).toBe(false);
  nowMs = 1_000_000;
  expect(kept.dueToken(RELAY)).toBeUndefined();
  expect(kept.hasExpired(RELAY)).toBe(true);
  kept.forgetToken(RELAY);
  expect(kept.hasExpired(RELAY)).toBe(false);
});

test('a token that was kept before its age was is due at once', () => {
  const text = JSON.stringify({ token: 'token', expiresAtMs: 9e15 });
  const kept = new KeptGuest(memoryStore({ [`parley.guest ${RELAY}`]: text }), () => 0);
  expect(kept.dueToken(RELAY)).toBe('token');
});
