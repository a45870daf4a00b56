import { within } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { CallEvent, EmitCallEvent } from './call-events.ts';

/** An observer that fails at each event is logged this often, ms. */
const LOG_INTERVAL_MS = 60_000;

/** Learns of all that happens in all calls: logs, metrics, metering, storage. */
export interface CallObserver {
  /** What the log calls it if it fails. */
  readonly name: string;
  /** Called in the middle of a call: returns at once, and does what takes time later. */
  observe(event: CallEvent): void;
}

interface Failures {
  loggedAtMs: number;
  unlogged: number;
}

/**
 * Hands the events of every call to a list of observers, in order and synchronously. An observer
 * that throws, or returns a promise that rejects, is logged and called again for the next event.
 */
export class CallObservers {
  readonly #observers: readonly CallObserver[];
  readonly #logger: Logger;
  /** ms since 1970. */
  readonly #wallMs: () => number;
  readonly #failures = new Map<CallObserver, Failures>();

  constructor(
    observers: readonly CallObserver[],
    options: { readonly logger: Logger; readonly wallMs?: () => number },
  ) {
    this.#observers = observers;
    this.#logger = options.logger;
    this.#wallMs = options.wallMs ?? Date.now;
  }

  /** The emitter of one session's events. */
  emitterOf(sessionId: string, userId: string): EmitCallEvent {
    return (body) => {
      const event: CallEvent = { ...body, atMs: this.#wallMs(), sessionId, userId };
      for (const observer of this.#observers) this.#call(observer, event);
    };
  }

  #call(observer: CallObserver, event: CallEvent): void {
    const failed = (err: unknown) => this.#failed(observer, event, err);
    // Not the session's work: if an observer fails later, that must not end the call.
    within({ failed }, () => {
      // TypeScript lets an asynchronous function stand for one that returns nothing.
      const result: unknown = observer.observe(event);
      if (result instanceof Promise) result.catch(failed);
    });
  }

  #failed(observer: CallObserver, event: CallEvent, err: unknown): void {
    const failures = this.#failures.get(observer) ?? { loggedAtMs: -Infinity, unlogged: 0 };
    this.#failures.set(observer, failures);
    if (event.atMs - failures.loggedAtMs < LOG_INTERVAL_MS) {
      failures.unlogged++;
      return;
    }
    const { unlogged } = failures;
    const { sessionId } = event;
    this.#logger.error(
      { err, observer: observer.name, event: event.type, sessionId, unlogged },
      'a call observer failed',
    );
    failures.loggedAtMs = event.atMs;
    failures.unlogged = 0;
  }
}
