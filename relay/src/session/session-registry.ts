import type { CloseReasonName } from '@parley/shared';
import type { Clock } from '../lib/clock.ts';
import { within } from '../lib/error-boundary.ts';
import type { Logger } from '../lib/logger.ts';
import { ReplayMemory } from './replay-memory.ts';
import type { Session } from './session.ts';

const CHECK_INTERVAL_MS = 1_000;
const DRAIN_CHECK_MS = 100;
/** How long a call goes on after its token has expired, so that the client can show a newer one, ms. */
const TOKEN_GRACE_MS = 60_000;

export interface SessionRegistryOptions {
  readonly clock: Clock;
  /** Sessions at the same time. */
  readonly limit: number;
  /** Memory that all sessions together may keep for replays. */
  readonly maxReplayBytes: number;
  readonly logger: Logger;
}

/** All sessions of this relay, and the one timer that looks after them. */
export class SessionRegistry {
  /** What the sessions keep for clients that come back. */
  readonly replayMemory: ReplayMemory;
  readonly #sessions = new Set<Session>();
  readonly #byResumeKey = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #limit: number;
  #cancelCheck: () => void = () => {};

  constructor(options: SessionRegistryOptions) {
    const { clock, limit, maxReplayBytes, logger } = options;
    this.#clock = clock;
    this.#limit = limit;
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

  get isFull(): boolean {
    return this.#sessions.size >= this.#limit;
  }

  /** Sessions with a connection. */
  get activeConnections(): number {
    return [...this.#sessions].filter(({ isAttached }) => isAttached).length;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    this.#byResumeKey.set(session.resumeKey, session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
    this.#byResumeKey.delete(session.resumeKey);
  }

  /** Calls of one person. */
  ofUser(userId: string): readonly Session[] {
    return [...this.#sessions].filter(({ identity }) => identity.userId === userId);
  }

  /** @param resumeKey - fingerprint of a resume token */
  find(resumeKey: string): Session | undefined {
    return this.#byResumeKey.get(resumeKey);
  }

  /** Lets what is being said be finished, within `graceMs`, then ends every session. */
  async drain(graceMs: number): Promise<void> {
    for (const session of this.#sessions) within(session, () => session.drain(graceMs));
    const endMs = this.#clock.now() + graceMs;
    while (
      this.#clock.now() < endMs &&
      [...this.#sessions].some((session) => session.isAttached && session.isBusy)
    ) {
      await new Promise<void>((resolve) => this.#clock.after(DRAIN_CHECK_MS, resolve));
    }
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

function check(session: Session): void {
  // On the wall clock, which tokens are written by.
  const isExpired = Date.now() > session.identity.expiresAtMs + TOKEN_GRACE_MS;
  if (isExpired) session.close('signedOut');
  else session.check();
}
