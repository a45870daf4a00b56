import type { CloseReasonName } from '@parley/shared';
import type { Clock } from '../lib/clock.ts';
import { within } from '../lib/error-boundary.ts';
import type { Session } from './session.ts';

const CHECK_INTERVAL_MS = 1_000;
const DRAIN_CHECK_MS = 100;

/** All sessions of this relay, and the one timer that looks after them. */
export class SessionRegistry {
  readonly #sessions = new Set<Session>();
  readonly #byResumeKey = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #limit: number;
  #cancelCheck: () => void = () => {};

  constructor(options: { readonly clock: Clock; readonly limit: number }) {
    this.#clock = options.clock;
    this.#limit = options.limit;
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
      for (const session of [...this.#sessions]) within(session, () => session.check());
      this.#scheduleCheck();
    });
  }
}
