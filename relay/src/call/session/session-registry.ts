import type { CloseReasonName } from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { within, outsideBoundaries, type ErrorBoundary } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { RequestLimit } from '../../people/limits/limit-reached.ts';
import type { Session } from './session.ts';

/** What remains once room was made, so that it is not made again for the next message. */
const REMAINING_SHARE = 0.9;

/** As much of a session as takes memory for its replay. */
export interface ReplayHolder extends ErrorBoundary {
  /** Memory of what is kept for a replay, bytes. */
  readonly keptBytes: number;
  readonly isAttached: boolean;
  /** Gives up what it keeps, or half of it. */
  shedReplay(): void;
}

interface ReplayMemoryOptions {
  readonly maxBytes: number;
  readonly holders: Iterable<ReplayHolder>;
  readonly logger: Logger;
}

const CHECK_INTERVAL_MS = 1_000;
const DRAIN_CHECK_MS = 100;
/** How long a call goes on after its token has expired, so that the client can show a newer one, ms. */
const TOKEN_GRACE_MS = 60_000;

/** Sessions at the same time. */
export interface Capacity {
  readonly sessions: number;
  /** How many of these guests leave to accounts. */
  readonly sessionsForAccounts: number;
}

export interface SessionRegistryOptions {
  readonly clock: Clock;
  readonly capacity: () => Capacity;
  /** Memory that all sessions together may keep for replays. */
  readonly maxReplayBytes: number;
  readonly logger: Logger;
}

export type Room =
  | { readonly kind: 'free' }
  /** If that one ends: its client is away, and nothing was said in it. */
  | { readonly kind: 'in-place-of'; readonly session: Session }
  | { readonly kind: 'full'; readonly limit: RequestLimit };

/** All sessions of this relay, and the one timer that looks after them. */
export class SessionRegistry {
  /** What the sessions keep for clients that come back. */
  readonly replayMemory: ReplayMemory;
  readonly #sessions = new Set<Session>();
  readonly #byResumeKey = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #capacity: () => Capacity;
  readonly #byUser = new Map<string, Set<Session>>();
  readonly #guests = new Set<Session>();
  #cancelCheck: () => void = () => {};

  constructor(options: SessionRegistryOptions) {
    const { clock, capacity, maxReplayBytes, logger } = options;
    this.#clock = clock;
    this.#capacity = capacity;
    this.replayMemory = new ReplayMemory({
      maxBytes: maxReplayBytes,
      holders: this.#sessions,
      logger,
    });
    this.#scheduleCheck();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** In the order in which they began. */
  get all(): Iterable<Session> {
    return this.#sessions;
  }

  byId(id: string): Session | undefined {
    for (const session of this.#sessions) if (session.id === id) return session;
    return undefined;
  }

  /** Calls of one person. */
  ofUser(userId: string): readonly Session[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  /** Whether one more session of this user may begin, perhaps in the place of an unused one. */
  roomFor(caller: Identity, maxOfUser: number): Room {
    const ofUser = this.ofUser(caller.userId);
    const { sessions, sessionsForAccounts } = this.#capacity();
    const isGuest = caller.kind === 'guest';
    if (ofUser.length >= maxOfUser) return roomAmong(ofUser, 'user-sessions');
    const guestSessions = Math.max(0, sessions - sessionsForAccounts);
    if (isGuest && this.#guests.size >= guestSessions) {
      return roomAmong(this.#guests, 'instance-sessions');
    }
    if (this.#sessions.size < sessions) return { kind: 'free' };
    const inGuests = roomAmong(this.#guests, 'instance-sessions');
    return inGuests.kind === 'full' ? roomAmong(this.#sessions, 'instance-sessions') : inGuests;
  }

  /** Sessions with a connection. */
  get activeConnections(): number {
    return [...this.#sessions].filter(({ isAttached }) => isAttached).length;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    this.#byResumeKey.set(session.resumeKey, session);
    const { userId, kind } = session.identity;
    const ofUser = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ofUser.add(session));
    if (kind === 'guest') this.#guests.add(session);
  }

  remove(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#byResumeKey.delete(session.resumeKey);
    const ofUser = this.#byUser.get(session.identity.userId)!;
    ofUser.delete(session);
    if (ofUser.size === 0) this.#byUser.delete(session.identity.userId);
    this.#guests.delete(session);
  }

  /** @param resumeKey - fingerprint of a resume token */
  find(resumeKey: string): Session | undefined {
    return this.#byResumeKey.get(resumeKey);
  }

  /** Lets what is being said be finished, within `graceMs`, then ends every session. */
  async drain(graceMs: number): Promise<void> {
    for (const session of this.#sessions) within(session, () => session.drain(graceMs));
    const endMs = this.#clock.now() + graceMs;
    const moves: Promise<void>[] = [];
    const move = (session: Session) => moves.push(session.handOver());
    for (;;) {
      for (const session of this.#sessions) if (session.canMove) move(session);
      const isBusy = [...this.#sessions].some((session) => session.isAttached && session.isBusy);
      if (!isBusy || this.#clock.now() >= endMs) break;
      await new Promise<void>((resolve) => this.#clock.after(DRAIN_CHECK_MS, resolve));
    }
    for (const session of this.#sessions) move(session);
    await Promise.all(moves);
    this.closeAll('draining');
  }

  closeAll(reason: CloseReasonName): void {
    this.#cancelCheck();
    for (const session of [...this.#sessions]) within(session, () => session.close(reason));
  }

  #scheduleCheck(): void {
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => {
      for (const session of [...this.#sessions]) within(session, () => check(session));
      this.#scheduleCheck();
    });
  }
}

/** The session that has been unused for longest makes room. */
function roomAmong(sessions: Iterable<Session>, limit: RequestLimit): Room {
  for (const session of sessions) if (session.isUnused) return { kind: 'in-place-of', session };
  return { kind: 'full', limit };
}

function check(session: Session): void {
  // On the wall clock, which tokens are written by.
  const isExpired = Date.now() > session.identity.expiresAtMs + TOKEN_GRACE_MS;
  if (isExpired) session.close('signedOut');
  else session.check();
}

/**
 * The memory that all sessions together keep for replays, bounded. If it is passed, sessions whose
 * client is away give way first, the largest before the others; then those that are connected,
 * which need it only if they lose their connection.
 */
export class ReplayMemory {
  readonly #options: ReplayMemoryOptions;
  #bytes = 0;
  #isScheduled = false;

  constructor(options: ReplayMemoryOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A session keeps more, or less. */
  readonly count = (changedBytes: number): void => {
    this.#bytes += changedBytes;
    if (this.#bytes <= this.#options.maxBytes || this.#isScheduled) return;
    this.#isScheduled = true;
    // Not within the message that exceeded the bound: its session may be the one to go.
    outsideBoundaries(() => setImmediate(() => this.#makeRoom()));
  };

  #makeRoom(): void {
    this.#isScheduled = false;
    const { holders, maxBytes, logger } = this.#options;
    const order = [...holders].toSorted(
      (a, b) => Number(a.isAttached) - Number(b.isAttached) || b.keptBytes - a.keptBytes,
    );
    const before = this.#bytes;
    for (const holder of order) {
      if (this.#bytes <= REMAINING_SHARE * maxBytes) break;
      within(holder, () => holder.shedReplay());
    }
    logger.warn({ freedBytes: before - this.#bytes, maxBytes }, 'too much is kept for replays');
  }
}
