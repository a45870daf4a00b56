import { hash } from 'node:crypto';

/** How Parley's ids end (`newId`): as long as the id of a span is, and never all zeros. */
const RANDOM = /_([\da-f]{16})$/;

/**
 * Ids of traces (W3C Trace Context) follow from Parley's own, so that a log line, a span and a
 * request to a provider agree without telling each other.
 */
export function traceIdOf(sessionId: string): string {
  return hash('sha256', `trace ${sessionId}`).slice(0, 32);
}

/**
 * The digits of that id, so that one finds the other, and no turn costs a hash.
 *
 * @param name - id of a session, a turn or a request
 */
export function spanIdOf(name: string): string {
  return RANDOM.exec(name)?.[1] ?? hash('sha256', `span ${name}`).slice(0, 16);
}

/** Value of the header `traceparent`: the span is recorded. */
export function traceparentOf(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}
