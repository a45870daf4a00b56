import type { Identity } from '../auth/identity.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { subscriberOf } from '../../base/lib/network-address.ts';
import { ADDRESS_RATES, perHour, perMinute, type AddressRate } from './address-rates.ts';
import { LimitReached } from './limit-reached.ts';
import type { Policy } from './policy.ts';
import { RateCounter, type Rate } from './rate-counter.ts';

/** Clients remembered for each limit; some ten megabytes for all limits together. */
const MAX_CLIENTS = 20_000;

export interface LimiterOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: () => Policy;
}

/** How often users and addresses may do what, counted over all their requests and sessions. */
export class Limiter {
  readonly #policy: () => Policy;
  readonly #byAddress: Readonly<Record<AddressRate, RateCounter>>;
  readonly #userSessions: RateCounter;
  readonly #userTurns: RateCounter;

  constructor({ clock, policy }: LimiterOptions) {
    const counter = () => new RateCounter({ clock, maxKeys: MAX_CLIENTS });
    this.#policy = policy;
    this.#byAddress = {
      'address-requests': counter(),
      'address-guest-sign-ins': counter(),
      'address-sessions': counter(),
      'address-wrong-admin-tokens': counter(),
      'address-wrong-access-codes': counter(),
      'address-reports': counter(),
    };
    this.#userSessions = counter();
    this.#userTurns = counter();
  }

  /**
   * @param address - of the client
   * @throws LimitReached
   */
  check(limit: AddressRate, address: string): void {
    const waitMs = this.#byAddress[limit].waitMs(subscriberOf(address), this.#addressRate(limit));
    if (waitMs > 0) throw new LimitReached(limit, 'rate_limited', waitMs);
  }

  /** The event has happened once more. */
  count(limit: AddressRate, address: string): void {
    this.#byAddress[limit].count(subscriberOf(address), this.#addressRate(limit));
  }

  /** The counted event has not happened. */
  takeBack(limit: AddressRate, address: string): void {
    this.#byAddress[limit].takeBack(subscriberOf(address), this.#addressRate(limit));
  }

  /** @throws LimitReached */
  take(limit: AddressRate, address: string): void {
    this.check(limit, address);
    this.count(limit, address);
  }

  /** @throws LimitReached if this user, or this address, has asked for sessions too often */
  checkSession(identity: Identity, address: string): void {
    const waitMs = this.#userSessions.waitMs(identity.userId, this.#sessionRate(identity));
    if (waitMs > 0) throw new LimitReached('user-sessions-per-hour', 'rate_limited', waitMs);
    this.check('address-sessions', address);
  }

  countSession(identity: Identity, address: string): void {
    this.#userSessions.count(identity.userId, this.#sessionRate(identity));
    this.count('address-sessions', address);
  }

  /** @returns whether this user may have another turn now, over all their sessions */
  takeTurn({ userId, plan }: Identity): boolean {
    const rate = perMinute(this.#policy().planOf(plan).turnsPerMinute);
    if (this.#userTurns.waitMs(userId, rate) > 0) return false;
    this.#userTurns.count(userId, rate);
    return true;
  }

  #addressRate(limit: AddressRate): Rate {
    return ADDRESS_RATES[limit](this.#policy().addresses);
  }

  #sessionRate({ plan }: Identity): Rate {
    return perHour(this.#policy().planOf(plan).sessionsPerHour);
  }
}

/** Open connections by client. Holds as many numbers as clients are connected. */
export class ConnectionCounter {
  readonly #counts = new Map<string, number>();

  /** @returns what ends the connection's count; undefined if the client has `limit` already */
  open(address: string, limit: number): (() => void) | undefined {
    const key = subscriberOf(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= limit) return undefined;
    this.#counts.set(key, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = this.#counts.get(key)! - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}
