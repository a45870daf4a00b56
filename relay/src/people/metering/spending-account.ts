/** From this share of a cap on a warning is due. */
const WARNING_SHARE = 0.8;
/**
 * Of what is left of a budget that others share, the most that one person, or one address, may have
 * reserved at a time: more only if nothing else is reserved for them. Of the whole, the most that is
 * kept for goodbyes.
 */
export const HOLD_SHARE = 0.25;

/** What one cap is about: what was spent, and what is reserved for turns that run. Micro-dollars. */
export class SpendingAccount {
  spent = 0;
  reserved = 0;
  /** The price of the last words of all calls that run. */
  goodbyes = 0;

  /** Whether one more turn may be paid from it. */
  isOpen(cap: number): boolean {
    return this.spent + this.reserved < cap;
  }

  /**
   * Whether what is left is needed for goodbyes. All together need a part of it at the most: calls
   * that are only open must not end others.
   *
   * @param goodbye - of the call that asks
   */
  isAllNeeded(cap: number, goodbye = 0): boolean {
    return this.spent + Math.max(goodbye, Math.min(this.goodbyes, cap * HOLD_SHARE)) >= cap;
  }

  isNearly(cap: number): boolean {
    return this.spent >= cap * WARNING_SHARE && cap !== Number.POSITIVE_INFINITY;
  }

  get isUnused(): boolean {
    return this.spent + this.reserved + this.goodbyes === 0;
  }
}
