import type { Identity } from '../auth/identity.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { subscriberOf } from '../../base/lib/network-address.ts';
import { ADDRESS_RATES, perHour, perMinute, type AddressRate } from './address-rates.ts';
import { LimitReached } from './limit-reached.ts';
import type { Policy } from './policy.ts';
import { RateCounter, type Rate } from './rate-counter.ts';

/** Clients remembered for each limit; some ten megabytes for all limits together. */
const MAX_CLIENTS = 20_000;

/** Those that guard secrets or cost money: they hold over all relays that share a memory. */
const SHARED: ReadonlySet<AddressRate> = new Set([
  'address-guest-sign-ins',
  'address-sessions',
  'address-wrong-admin-tokens',
  'address-wrong-access-codes',
] as const);

/** What may be counted with one key. */
export interface RateAsk {
  readonly key: string;
  readonly rate: Rate;
}

/** - `take`: all are counted, or none if one of them must wait */
export type RateAction = 'check' | 'take' | 'count' | 'take-back';

/** The answer for several keys; `index`: of the first that must wait. `away`: nobody counts. */
export type RateAnswer =
  | { readonly kind: 'done' | 'away' | 'too-many-sessions' }
  | { readonly kind: 'wait'; readonly index: number; readonly waitMs: number };

/** Sessions of one user that may run, over all relays. */
export interface SessionRoom {
  readonly userId: string;
  readonly most: number;
}

/** Counts over all relays that share a memory. Nothing rejects if it is away. */
export interface RateOffice {
  ask(action: RateAction, asks: readonly RateAsk[], room?: SessionRoom): Promise<RateAnswer>;
  /**
   * A session begins.
   *
   * @param inPlaceOf - the id of one that ends
   * @returns false: its user has as many as they may
   */
  enter(room: SessionRoom, sessionId: string, inPlaceOf?: string): Promise<boolean>;
  /** It has ended. */
  leave(userId: string, sessionId: string): void;
}

/** A session that was let in, and is counted if it is begun. */
export interface SessionCount {
  count(): void;
  /** It is not begun. */
  undo(): void;
}

type MaybePromise<T> = T | Promise<T>;

export interface LimiterOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: () => Policy;
  /** undefined: this relay is the only one. */
  readonly shared?: RateOffice | undefined;
}

/**
 * How often users and addresses may do what, counted over all their requests and sessions. With
 * other relays, what guards secrets or costs money is counted by all together, and the answer takes
 * a moment; while their memory is away, each counts by itself.
 */
export class Limiter {
  readonly #policy: () => Policy;
  readonly #shared: RateOffice | undefined;
  readonly #byAddress: Readonly<Record<AddressRate, RateCounter>>;
  readonly #userSessions: RateCounter;
  readonly #userTurns: RateCounter;

  constructor({ clock, policy, shared }: LimiterOptions) {
    const counter = () => new RateCounter({ clock, maxKeys: MAX_CLIENTS });
    this.#policy = policy;
    this.#shared = shared;
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
  check(limit: AddressRate, address: string): MaybePromise<void> {
    const ask = this.#addressAsk(limit, address);
    return this.#over(limit, ask, 'check', () => this.#checkHere(limit, ask));
  }

  /** The event has happened once more. */
  count(limit: AddressRate, address: string): MaybePromise<void> {
    const ask = this.#addressAsk(limit, address);
    return this.#over(limit, ask, 'count', () => this.#byAddress[limit].count(ask.key, ask.rate));
  }

  /** The counted event has not happened. */
  takeBack(limit: AddressRate, address: string): MaybePromise<void> {
    const ask = this.#addressAsk(limit, address);
    const here = () => this.#byAddress[limit].takeBack(ask.key, ask.rate);
    return this.#over(limit, ask, 'take-back', here);
  }

  /** @throws LimitReached */
  take(limit: AddressRate, address: string): MaybePromise<void> {
    const ask = this.#addressAsk(limit, address);
    return this.#over(limit, ask, 'take', () => {
      this.#checkHere(limit, ask);
      this.#byAddress[limit].count(ask.key, ask.rate);
    });
  }

  /**
   * @param most - sessions of this user that may run, over all relays
   * @throws LimitReached if this user, or this address, has asked for sessions too often
   */
  takeSession(identity: Identity, address: string, most: number): MaybePromise<SessionCount> {
    const user = { key: identity.userId, rate: this.#sessionRate(identity) };
    const from = this.#addressAsk('address-sessions', address);
    const here = () => {
      const waitMs = this.#userSessions.waitMs(user.key, user.rate);
      if (waitMs > 0) throw new LimitReached('user-sessions-per-hour', 'rate_limited', waitMs);
      this.#checkHere('address-sessions', from);
      return {
        count: () => {
          this.#userSessions.count(user.key, user.rate);
          this.#byAddress['address-sessions'].count(from.key, from.rate);
        },
        undo: () => {},
      };
    };
    const shared = this.#shared;
    if (shared === undefined) return here();
    const asks = [
      { ...user, key: `user-sessions:${user.key}` },
      { ...from, key: `address-sessions:${from.key}` },
    ];
    return shared.ask('take', asks, { userId: user.key, most }).then((answer) => {
      if (answer.kind === 'away') return here();
      if (answer.kind === 'too-many-sessions') {
        throw new LimitReached('user-sessions', 'too_many_sessions');
      }
      if (answer.kind === 'wait') {
        const limit = answer.index === 0 ? 'user-sessions-per-hour' : 'address-sessions';
        throw new LimitReached(limit, 'rate_limited', answer.waitMs);
      }
      return { count: () => {}, undo: () => void shared.ask('take-back', asks) };
    });
  }

  /**
   * A session begins that was let in; see `RateOffice.enter`.
   *
   * @throws LimitReached if the user has begun others in the meantime
   */
  enter(room: SessionRoom, sessionId: string, inPlaceOf: string | undefined): MaybePromise<void> {
    return this.#shared?.enter(room, sessionId, inPlaceOf).then((isIn) => {
      if (!isIn) throw new LimitReached('user-sessions', 'too_many_sessions');
    });
  }

  leave(userId: string, sessionId: string): void {
    this.#shared?.leave(userId, sessionId);
  }

  /** @returns whether this user may have another turn now, over all their sessions */
  takeTurn({ userId, plan }: Identity): boolean {
    const rate = perMinute(this.#policy().planOf(plan).turnsPerMinute);
    if (this.#userTurns.waitMs(userId, rate) > 0) return false;
    this.#userTurns.count(userId, rate);
    return true;
  }

  /** Over all relays, if there are others and their memory can be asked. */
  #over(
    limit: AddressRate,
    { key, rate }: RateAsk,
    action: RateAction,
    here: () => void,
  ): MaybePromise<void> {
    if (this.#shared === undefined || !SHARED.has(limit)) return here();
    return this.#shared.ask(action, [{ key: `${limit}:${key}`, rate }]).then((answer) => {
      if (answer.kind === 'away') here();
      if (answer.kind === 'wait') throw new LimitReached(limit, 'rate_limited', answer.waitMs);
    });
  }

  /** @throws LimitReached */
  #checkHere(limit: AddressRate, { key, rate }: RateAsk): void {
    const waitMs = this.#byAddress[limit].waitMs(key, rate);
    if (waitMs > 0) throw new LimitReached(limit, 'rate_limited', waitMs);
  }

  #addressAsk(limit: AddressRate, address: string): RateAsk {
    const rate = ADDRESS_RATES[limit](this.#policy().addresses);
    return { key: subscriberOf(address), rate };
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
