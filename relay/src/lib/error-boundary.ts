import { AsyncLocalStorage } from 'node:async_hooks';

/** What answers for a piece of work and can end without the rest of the process, e.g. a session. */
export interface ErrorBoundary {
  /** Something in its work threw, or rejected without a handler. */
  failed(error: unknown): void;
}

/** Node carries it along with timers, promises and events of what is opened meanwhile. */
const present = new AsyncLocalStorage<ErrorBoundary | undefined>();

const NO_HEADERS = {};

/** Of boundaries whose work is traced. */
const traceparents = new WeakMap<ErrorBoundary, () => string>();

/** The boundary that the code which runs now belongs to, if any. */
export function presentBoundary(): ErrorBoundary | undefined {
  return present.getStore();
}

/**
 * From now on requests of this boundary's work carry its trace.
 *
 * @param traceparent - the header's value at that moment (W3C Trace Context)
 */
export function traceWork(boundary: ErrorBoundary, traceparent: () => string): void {
  traceparents.set(boundary, traceparent);
}

/** Headers for a request that the code which runs now makes; none unless its work is traced. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const boundary = presentBoundary();
  const traceparent = boundary && traceparents.get(boundary);
  return traceparent === undefined ? NO_HEADERS : { traceparent: traceparent() };
}

/**
 * Runs `action` as work of `boundary`, which is told of what it throws. What is thrown later, in a
 * timer, promise or event that it began, reaches the boundary through `catchUncaught`.
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
