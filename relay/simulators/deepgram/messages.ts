import type { RawData } from 'ws';
import { parseJson } from '../../src/base/lib/json.ts';

/** A copy, whose alignment is our own. An odd byte at the end is dropped. */
export function samplesOf(data: RawData): Int16Array {
  const bytes = data as Buffer;
  const copy = new Uint8Array(bytes.length - (bytes.length % 2));
  copy.set(bytes.subarray(0, copy.length));
  return new Int16Array(copy.buffer);
}

/** @returns the object in a text message; undefined if it does not hold one */
export function objectOf(data: RawData): { readonly type?: unknown; text?: unknown } | undefined {
  const value = parseJson((data as Buffer).toString('utf8'));
  return typeof value === 'object' && value !== null ? value : undefined;
}
