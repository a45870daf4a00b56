/** One range of bytes, from its first to its last or the last few; several need not be answered. */
const BYTE_RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/** What a client asks to have of a file; bytes, `end` is not included. */
export type ByteRange = { readonly start: number; readonly end: number } | 'whole' | 'beyond';

/** Whether a header can be read as one range (RFC 9110 §14.2). */
export function isByteRange(header: string | undefined): boolean {
  const [range, first, last] = BYTE_RANGE.exec(header ?? '') ?? [];
  const isBackwards = Boolean(last) && Number(last) < Number(first);
  return range !== undefined && !isBackwards;
}

/**
 * A `Range` that is not valid counts as none.
 *
 * @param size - of the whole file, bytes
 */
export function byteRange(header: string | undefined, size: number): ByteRange {
  if (!isByteRange(header)) return 'whole';
  const [, first, last, final] = BYTE_RANGE.exec(header!)!;
  const start = first === undefined ? Math.max(0, size - Number(final)) : Number(first);
  const end = first === undefined || last === '' ? size : Math.min(size, Number(last) + 1);
  return start >= end ? 'beyond' : { start, end };
}
