import type { KeyValueStore } from './settings.ts';

const TOKEN_KEY = 'parley.guest';
/** A token about to expire would only be refused halfway through connecting. */
const MARGIN_MS = 60_000;

/** The guest token of an earlier visit; undefined where there is none or it has expired. */
export function readGuestToken(store: KeyValueStore | null, nowMs: number): string | undefined {
  try {
    const kept: unknown = JSON.parse(store?.getItem(TOKEN_KEY) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return undefined;
    const { token, expiresAtMs } = kept as { token?: unknown; expiresAtMs?: unknown };
    if (typeof token !== 'string' || typeof expiresAtMs !== 'number') return undefined;
    return expiresAtMs - MARGIN_MS > nowMs ? token : undefined;
  } catch {
    return undefined;
  }
}

/** @param expiresAtMs Unix time */
export function writeGuestToken(
  store: KeyValueStore | null,
  token: string,
  expiresAtMs: number,
): void {
  try {
    store?.setItem(TOKEN_KEY, JSON.stringify({ token, expiresAtMs }));
  } catch {
    // Without storage the next visit signs in again.
  }
}
