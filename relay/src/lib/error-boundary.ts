import { AsyncLocalStorage } from 'node:async_hooks';

/** What answers for a piece of work and can end without the rest of the process, e.g. a session. */
export interface ErrorBoundary {
  /** Something in its work threw, or rejected without a handler. */
  failed(error: unknown): void;
}

/** Node carries it along with timers, promises and events of what is opened meanwhile. */
const present = new AsyncLocalStorage<ErrorBoundary | undefined>();

/** The boundary that the code which runs now belongs to, if any. */
export function presentBoundary(): ErrorBoundary | undefined {
  return present.getStore();
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
