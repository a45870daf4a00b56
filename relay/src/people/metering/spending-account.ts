/** From this share of a cap on a warning is due. */
const WARNING_SHARE = 0.8;

/** What one cap is about: what was spent, and what is reserved for turns that run. Micro-dollars. */
export class SpendingAccount {
  spent = 0;
  reserved = 0;

  /** Whether one more turn may be paid from it. */
  isOpen(cap: number): boolean {
    return this.spent + this.reserved < cap;
  }

  isNearly(cap: number): boolean {
    return this.spent >= cap * WARNING_SHARE && cap !== Number.POSITIVE_INFINITY;
  }

  get isUnused(): boolean {
    return this.spent + this.reserved === 0;
  }
}
