import type { Clock } from '../../base/lib/clock.ts';
import { fingerprint, newSecret } from '../../base/lib/ids.ts';

export interface TicketsOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** Tickets of all owners. Beyond them the oldest ticket is no longer valid. */
  readonly limit: number;
}

/** A ticket, or how long its owner has as many as they may, ms. */
export type Issued = { readonly ticket: string } | { readonly waitMs: number };

/** Where tickets are issued and redeemed: of this relay alone, or of all that share a memory. */
export interface TicketOffice<Grant> {
  /** @param limit - tickets that `owner` may have at a time */
  issue(grant: Grant, owner: string, limit: number): Issued | Promise<Issued>;
  /** Uses a ticket up. @returns undefined if it is unknown, used or expired */
  redeem(ticket: string): Grant | undefined | Promise<Grant | undefined>;
  /** The tickets of `owner` are not valid any more. */
  revokeOf(owner: string): void | Promise<void>;
}

interface Entry<Grant> {
  readonly grant: Grant;
  readonly owner: string;
  readonly expiresAtMs: number;
}

/**
 * Single-use, short-lived permissions to open one WebSocket.
 *
 * A ticket is kept by its fingerprint, in order of issue, so that expired ones are dropped from the
 * front whenever a new one is issued: no timer, and never more than were issued in one lifetime. If
 * more than `limit` exist, the oldest goes: people who use theirs at once keep it, however many ask
 * for tickets that they leave lying.
 */
export class Tickets<Grant> implements TicketOffice<Grant> {
  readonly #entries = new Map<string, Entry<Grant>>();
  readonly #byOwner = new Map<string, number>();
  readonly #options: TicketsOptions;

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @returns how long until `owner` may have one more than `limit`, ms; 0: now */
  #waitMs(owner: string, limit: number): number {
    const nowMs = this.#options.clock.now();
    this.#dropExpired(nowMs);
    if ((this.#byOwner.get(owner) ?? 0) < limit) return 0;
    for (const entry of this.#entries.values()) {
      if (entry.owner === owner) return entry.expiresAtMs - nowMs;
    }
    return Infinity;
  }

  issue(grant: Grant, owner: string, ofOwner: number): Issued {
    const { clock, ttlMs, limit } = this.#options;
    const nowMs = clock.now();
    const waitMs = this.#waitMs(owner, ofOwner);
    if (waitMs > 0) return { waitMs };
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < limit) break;
      this.#drop(key);
    }
    const ticket = newSecret();
    this.#entries.set(fingerprint(ticket), { grant, owner, expiresAtMs: nowMs + ttlMs });
    this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? 0) + 1);
    return { ticket };
  }

  /** The tickets of `owner` are not valid any more. */
  revokeOf(owner: string): void {
    for (const [key, entry] of this.#entries) if (entry.owner === owner) this.#drop(key);
  }

  /** Uses a ticket up. @returns undefined if it is unknown, used or expired */
  redeem(ticket: string): Grant | undefined {
    const entry = this.#drop(fingerprint(ticket));
    return entry !== undefined && entry.expiresAtMs > this.#options.clock.now()
      ? entry.grant
      : undefined;
  }

  has(ticket: string): boolean {
    return this.#entries.has(fingerprint(ticket));
  }

  #dropExpired(nowMs: number): void {
    for (const [key, { expiresAtMs }] of this.#entries) {
      if (expiresAtMs > nowMs) return;
      this.#drop(key);
    }
  }

  #drop(key: string): Entry<Grant> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const left = this.#byOwner.get(entry.owner)! - 1;
    if (left === 0) this.#byOwner.delete(entry.owner);
    else this.#byOwner.set(entry.owner, left);
    return entry;
  }
}
