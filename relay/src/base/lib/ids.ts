import { createHash, randomBytes, randomUUID, hash } from 'node:crypto';

/** How Parley's ids end (`newId`): as long as the id of a span is, and never all zeros. */
const RANDOM = /_([\da-f]{16})$/;

/** A short random name, e.g. `resp_3f9a…`; for telling things apart, not for secrecy. */
export function newId(prefix: string): string {
  // Of all sources the only one that does not ask the system each time: the end of it is random.
  return `${prefix}_${randomUUID().slice(-17).replace('-', '')}`;
}

/** 256 random bits in characters that a WebSocket subprotocol may hold (RFC 9110 token). */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret on this side, so that a heap dump or log holds nothing usable. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

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
