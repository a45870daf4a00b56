import { createHash, randomBytes, randomUUID } from 'node:crypto';

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
