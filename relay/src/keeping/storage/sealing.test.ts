import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Sealing, UNREADABLE } from './sealing.ts';

const KEY = randomBytes(32);
const OTHER = randomBytes(32);
const TEXT = 'Größe: 東京 🗼';

it('a sealed text can be opened in its place', () => {
  const sealing = new Sealing({ key: KEY, oldKeys: [] });
  const kept = sealing.seal(TEXT, 'turn_1:user');
  expect(kept.text).not.toContain('東京');
  expect(sealing.open(kept, 'turn_1:user')).toBe(TEXT);
});

it('not in another place, with another key, changed or cut', () => {
  const sealing = new Sealing({ key: KEY, oldKeys: [] });
  const kept = sealing.seal(TEXT, 'turn_1:user');
  const changed = `${kept.text.slice(0, -2)}${kept.text.endsWith('AA') ? 'BB' : 'AA'}`;
  expect(sealing.open(kept, 'turn_2:user')).toBe(UNREADABLE);
  expect(sealing.open({ ...kept, text: changed }, 'turn_1:user')).toBe(UNREADABLE);
  expect(sealing.open({ ...kept, text: '' }, 'turn_1:user')).toBe(UNREADABLE);
  expect(new Sealing({ key: OTHER, oldKeys: [] }).open(kept, 'turn_1:user')).toBe(UNREADABLE);
});

it('after a change of keys the old one still opens, and the new one seals', () => {
  const kept = new Sealing({ key: KEY, oldKeys: [] }).seal(TEXT, 'p');
  const rotated = new Sealing({ key: OTHER, oldKeys: [KEY] });
  expect(rotated.open(kept, 'p')).toBe(TEXT);
  expect(rotated.seal(TEXT, 'p').key).not.toBe(kept.key);
  expect(new Sealing({ key: undefined, oldKeys: [KEY] }).seal(TEXT, 'p')).toEqual({
    text: TEXT,
    key: null,
  });
});
