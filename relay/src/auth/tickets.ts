import type { Clock } from '../lib/clock.ts';
import { fingerprint, newSecret } from '../lib/ids.ts';

/**
 * Single-use, short-lived permissions to open one WebSocket.
 *
 * A ticket is kept by its fingerprint, in order of issue, so that expired ones are dropped from
 * the front whenever a new one is issued: no timer, and never more than were issued in one
 * lifetime, nor more than `limit`.
 */
export class Tickets<Grant> {
  readonly #grants = new Map<string, { readonly grant: Grant; readonly expiresAtMs: number }>();
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #limit: number;

  constructor(options: { readonly clock: Clock; readonly ttlMs: number; readonly limit: number }) {
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
    this.#limit = options.limit;
  }

  get size(): number {
    return this.#grants.size;
  }

  /** @returns undefined if too many tickets wait to be used */
  issue(grant: Grant): string | undefined {
    const nowMs = this.#clock.now();
    for (const [key, { expiresAtMs }] of this.#grants) {
      if (expiresAtMs > nowMs) break;
      this.#grants.delete(key);
    }
    if (this.#grants.size >= this.#limit) return undefined;
    const ticket = newSecret();
    this.#grants.set(fingerprint(ticket), { grant, expiresAtMs: nowMs + this.#ttlMs });
    return ticket;
  }

  /** Takes back the tickets for whose grant `isMeant`. */
  revoke(isMeant: (grant: Grant) => boolean): void {
    for (const [key, { grant }] of this.#grants) {
      if (isMeant(grant)) this.#grants.delete(key);
    }
  }

  /** Uses a ticket up. @returns undefined if it is unknown, used or expired */
  redeem(ticket: string): Grant | undefined {
    const key = fingerprint(ticket);
    const entry = this.#grants.get(key);
    this.#grants.delete(key);
    return entry !== undefined && entry.expiresAtMs > this.#clock.now() ? entry.grant : undefined;
  }
}
