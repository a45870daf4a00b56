import { readKept, writeKept, type KeyValueStore } from './settings.ts';

const TOKEN_KEY = 'parley.guest';
/** A token about to expire would only be refused halfway through connecting. */
const MARGIN_MS = 60_000;

/** The guest token of an earlier visit; undefined if there is none or it has expired. */
export function readGuestToken(store: KeyValueStore | null, nowMs: number): string | undefined {
  const { token, expiresAtMs } = readKept(store, TOKEN_KEY);
  if (typeof token !== 'string' || typeof expiresAtMs !== 'number') return undefined;
  return expiresAtMs - MARGIN_MS > nowMs ? token : undefined;
}

/** @param expiresAtMs Unix time */
export function writeGuestToken(
  store: KeyValueStore | null,
  token: string,
  expiresAtMs: number,
): void {
  writeKept(store, TOKEN_KEY, { token, expiresAtMs });
}
