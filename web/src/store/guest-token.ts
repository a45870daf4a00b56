import { readKept, writeKept, type KeyValueStore } from './settings.ts';

/** A token about to expire would only be refused halfway through connecting. */
const MARGIN_MS = 60_000;

/**
 * The guest token of an earlier visit; undefined if there is none or it has expired.
 *
 * @param relay - its origin: another relay must not see the token
 */
export function readGuestToken(
  store: KeyValueStore | null,
  relay: string,
  nowMs: number,
): string | undefined {
  const { token, expiresAtMs } = readKept(store, keyOf(relay));
  if (typeof token !== 'string' || typeof expiresAtMs !== 'number') return undefined;
  return expiresAtMs - MARGIN_MS > nowMs ? token : undefined;
}

/** @param expiresAtMs Unix time */
export function writeGuestToken(
  store: KeyValueStore | null,
  relay: string,
  token: string,
  expiresAtMs: number,
): void {
  writeKept(store, keyOf(relay), { token, expiresAtMs });
}

function keyOf(relay: string): string {
  return `parley.guest ${relay}`;
}
