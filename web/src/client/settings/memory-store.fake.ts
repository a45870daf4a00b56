import type { KeyValueStore } from './settings.ts';

/** For tests: the browser's storage, without a browser. */
export function memoryStore(kept: Readonly<Record<string, string>> = {}): KeyValueStore {
  const entries = new Map(Object.entries(kept));
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
  };
}
