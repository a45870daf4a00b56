import { readKept, writeKept, type KeyValueStore } from '../settings/settings.ts';
import type { GuestToken } from './guest-requests.ts';

/** A token about to expire would only be refused halfway through connecting. */
const MARGIN_MS = 60_000;
/** Share of a token's time: once a day if it is good for a month. */
const RENEWED_AFTER = 1 / 30;

/**
 * What is kept of a guest for a relay: another relay must not see it.
 *
 * @param relay - its origin
 */
export class KeptGuest {
  readonly #storage: KeyValueStore | null;
  readonly #nowMs: () => number;

  /** @param storage - null if the browser refuses it */
  constructor(storage: KeyValueStore | null, nowMs: () => number) {
    this.#storage = storage;
    this.#nowMs = nowMs;
  }

  /** The token of an earlier visit; undefined if there is none or it has expired. */
  token(relay: string): string | undefined {
    const { token, expiresAtMs } = readKept(this.#storage, tokenKey(relay));
    if (typeof token !== 'string' || typeof expiresAtMs !== 'number') return undefined;
    // Nothing else can stand in a header: the request would fail as if there were no network.
    if (!/^[\x21-\x7e]+$/.test(token)) return undefined;
    return expiresAtMs - MARGIN_MS > this.#nowMs() ? token : undefined;
  }

  /**
   * The token, if it is time to renew it: a guest who comes back before it ends keeps their
   * identity, and with it what is kept of them.
   */
  dueToken(relay: string): string | undefined {
    const { keptAtMs, expiresAtMs } = readKept(this.#storage, tokenKey(relay));
    const token = this.token(relay);
    if (typeof keptAtMs !== 'number' || typeof expiresAtMs !== 'number') return token;
    const ageMs = this.#nowMs() - keptAtMs;
    return ageMs < (expiresAtMs - keptAtMs) * RENEWED_AFTER ? undefined : token;
  }

  /** Whether there was a token that has expired: what was kept of this guest is out of reach. */
  hasExpired(relay: string): boolean {
    const { token } = readKept(this.#storage, tokenKey(relay));
    return token !== undefined && this.token(relay) === undefined;
  }

  keepToken(relay: string, { token, expiresInS }: GuestToken): void {
    const keptAtMs = this.#nowMs();
    const expiresAtMs = keptAtMs + expiresInS * 1_000;
    writeKept(this.#storage, tokenKey(relay), { token, keptAtMs, expiresAtMs });
  }

  /** The access code that the relay took last. */
  accessCode(relay: string): string | undefined {
    const { code } = readKept(this.#storage, codeKey(relay));
    return typeof code === 'string' ? code : undefined;
  }

  keepAccessCode(relay: string, code: string): void {
    writeKept(this.#storage, codeKey(relay), { code });
  }

  forgetAccessCode(relay: string): void {
    writeKept(this.#storage, codeKey(relay), {});
  }

  forgetToken(relay: string): void {
    writeKept(this.#storage, tokenKey(relay), {});
  }
}

function tokenKey(relay: string): string {
  return `parley.guest ${relay}`;
}

function codeKey(relay: string): string {
  return `parley.access-code ${relay}`;
}
