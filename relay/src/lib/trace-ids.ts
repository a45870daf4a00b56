import { createHash } from 'node:crypto';

/**
 * Ids of traces (W3C Trace Context) follow from Parley's own, so that a log line, a span and a
 * request to a provider agree without telling each other.
 */
export function traceIdOf(sessionId: string): string {
  return hash(`trace ${sessionId}`).slice(0, 32);
}

/** @param name - id of a session or of a turn */
export function spanIdOf(name: string): string {
  return hash(`span ${name}`).slice(0, 16);
}

/** Value of the header `traceparent`: the span is recorded. */
export function traceparentOf(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
