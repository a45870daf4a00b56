/** Responses of which it may still be learnt how much was heard. */
const MAX_ITEMS = 8;

/** A part of a response that is played without a gap; samples of the session clock. */
interface Piece {
  readonly start: number;
  count: number;
}

/**
 * Where the voice lies on the session clock. Voice is sent ahead of being played, so each piece is
 * placed at the end of the one before, or now if that was over already.
 */
export class VoicePlacement {
  readonly #items = new Map<number, Piece[]>();
  #end = 0;

  /** @param now - session clock, samples. @returns where they begin */
  place(item: number, count: number, now: number): number {
    const pieces = this.#piecesOf(item);
    const last = pieces.at(-1);
    const start = Math.max(now, this.#end);
    this.#end = start + count;
    if (last !== undefined && last.start + last.count === start) last.count += count;
    else pieces.push({ start, count });
    return start;
  }

  /**
   * What is left of the item is not played.
   *
   * @param played - samples of the item that were heard; undefined: what is due by `now`
   * @returns from where on it was not heard, its end if it was heard whole; undefined if the item
   *   is not known
   */
  cut(item: number, played: number | undefined, now: number): number | undefined {
    const pieces = this.#items.get(item);
    const last = pieces?.at(-1);
    if (pieces === undefined || last === undefined) return undefined;
    const itemEnd = last.start + last.count;
    const at = Math.min(itemEnd, played === undefined ? now : heardUntil(pieces, played));
    // The next response is played from here on.
    if (itemEnd === this.#end) this.#end = at;
    return at;
  }

  #piecesOf(item: number): Piece[] {
    const known = this.#items.get(item);
    if (known !== undefined) return known;
    const pieces: Piece[] = [];
    this.#items.set(item, pieces);
    if (this.#items.size > MAX_ITEMS) this.#items.delete(this.#items.keys().next().value!);
    return pieces;
  }
}

function heardUntil(pieces: readonly Piece[], played: number): number {
  let left = played;
  for (const { start, count } of pieces) {
    if (left < count) return start + left;
    left -= count;
  }
  return Infinity;
}
