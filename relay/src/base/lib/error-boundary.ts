import { AsyncLocalStorage } from 'node:async_hooks';

/** What answers for a piece of work and can end without the rest of the process, e.g. a session. */
export interface ErrorBoundary {
  /** Something in its work threw, or rejected without a handler. */
  failed(error: unknown): void;
}

/** Values of the header `traceparent` (W3C Trace Context). */
export interface WorkTrace {
  /** Of the session, for what is begun before any turn needs it. */
  readonly ahead: string;
  /** Of what runs at this moment. */
  present(): string;
}

/** Work that no boundary answers for, but whose requests carry a trace. */
class AheadOfNeed {
  readonly traceparent: string;

  constructor(traceparent: string) {
    this.traceparent = traceparent;
  }
}

/** Node carries it along with timers, promises and events of what is opened meanwhile. */
const present = new AsyncLocalStorage<ErrorBoundary | AheadOfNeed | undefined>();

const NO_HEADERS = {};

/** Of boundaries whose work is traced. */
const traces = new WeakMap<ErrorBoundary, WorkTrace>();

/** The boundary that the code which runs now belongs to, if any. */
export function presentBoundary(): ErrorBoundary | undefined {
  const work = present.getStore();
  return work instanceof AheadOfNeed ? undefined : work;
}

/** From now on requests of this boundary's work carry its trace. */
export function traceWork(boundary: ErrorBoundary, trace: WorkTrace): void {
  traces.set(boundary, trace);
}

/** Headers for a request that the code which runs now makes; none unless its work is traced. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const work = present.getStore();
  if (work === undefined) return NO_HEADERS;
  const traceparent = work instanceof AheadOfNeed ? work.traceparent : traces.get(work)?.present();
  return traceparent === undefined ? NO_HEADERS : { traceparent };
}

/** For `aheadOfNeed`: the trace of the session that the code which runs now belongs to, if any. */
export function presentTrace(): string | undefined {
  const work = present.getStore();
  if (work === undefined) return undefined;
  return work instanceof AheadOfNeed ? work.traceparent : traces.get(work)?.ahead;
}

/**
 * Runs `action` as work of no boundary: what it begins is needed later, by the session that asked
 * for it or by another. Its requests carry the trace of that session, with the session as the
 * parent: no turn needs them yet.
 *
 * @param traceparent - of `presentTrace`; undefined: they carry none
 */
export function aheadOfNeed<T>(traceparent: string | undefined, action: () => T): T {
  return present.run(traceparent === undefined ? undefined : new AheadOfNeed(traceparent), action);
}

/**
 * Runs `action` as work of `boundary`, which is informed of the errors it throws. An error thrown
 * later, in a timer, promise or event that it began, reaches the boundary through `catchUncaught`.
 */
export function within(boundary: ErrorBoundary, action: () => void): void {
  present.run(boundary, () => {
    try {
      action();
    } catch (error) {
      boundary.failed(error);
    }
  });
}

/**
 * Runs `action` as work of no boundary: for what a session causes but all may share, such as a
 * pooled socket, which would otherwise belong to the session that happened to need it first.
 */
export function outsideBoundaries<T>(action: () => T): T {
  return present.run(undefined, action);
}
