import { expect } from 'vitest';
import type { Languages } from '../../src/stages/languages.ts';

/** Each once, so that they can be compared. */
export function expectLanguages(languages: Languages): void {
  if (languages === undefined) return;
  expect(languages.filter((code) => !/^[a-z]{2,3}$/.test(code))).toEqual([]);
  expect(new Set(languages).size).toBe(languages.length);
  expect(languages.length).toBeGreaterThan(0);
}
