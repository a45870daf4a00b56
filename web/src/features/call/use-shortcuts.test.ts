import { expect, test } from 'vitest';
import { shortcutOf } from './use-shortcuts.ts';

function press(
  key: string,
  modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', true>> = {},
) {
  return { key, ctrlKey: false, metaKey: false, altKey: false, ...modifiers };
}

test('each key has its shortcut, in either case', () => {
  expect(shortcutOf(press('m'), 'none')).toBe('mute');
  expect(shortcutOf(press('M'), 'none')).toBe('mute');
  expect(shortcutOf(press('Escape'), 'none')).toBe('stop');
  expect(shortcutOf(press('t'), 'control')).toBe('type');
  expect(shortcutOf(press('d'), 'none')).toBe('debug');
  expect(shortcutOf(press('?'), 'none')).toBe('help');
  expect(shortcutOf(press('x'), 'none')).toBeNull();
});

test('while a person writes, no key but escape is a shortcut', () => {
  for (const key of ['m', 't', 'd', '?', ' ']) expect(shortcutOf(press(key), 'text')).toBeNull();
  expect(shortcutOf(press('Escape'), 'text')).toBe('stop');
});

test('the space bar talks on the orb or on nothing, and presses other controls', () => {
  expect(shortcutOf(press(' '), 'orb')).toBe('talk');
  expect(shortcutOf(press(' '), 'none')).toBe('talk');
  expect(shortcutOf(press(' '), 'control')).toBeNull();
});

test('the browser’s own combinations are left alone', () => {
  expect(shortcutOf(press('d', { ctrlKey: true }), 'none')).toBeNull();
  expect(shortcutOf(press('t', { metaKey: true }), 'none')).toBeNull();
  expect(shortcutOf(press('m', { altKey: true }), 'none')).toBeNull();
});
