import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares digests, so that neither the length nor the first wrong character shows in the time. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}
