/** From this share of a cap on a warning is due. */
const WARNING_SHARE = 0.8;
/**
 * Of what is left of a budget that others share, the most that one person, or one address, may have
 * reserved at a time: more only if nothing else is reserved for them. Of the whole, the most that is
 * kept for goodbyes.
 */
export const HOLD_SHARE = 0.25;
/** How many turns of each session a relay draws ahead, so that drawing is rare. */
const TURNS_AHEAD = 8;
/** More is drawn when less than this share of them is left: two turns. */
const LOW_SHARE = 0.25;

/** What one cap is about: what was spent, and what is reserved for turns that run. Micro-dollars. */
export class SpendingAccount {
  /** Unlike that of any other account of the day; empty: a session's. */
  readonly name: string;
  /** By all relays, as far as is known. */
  spent = 0;
  /** By this relay. */
  reserved = 0;
  /** The price of the last words of all calls that run. */
  goodbyes = 0;
  /** undefined: no other relay spends from it. */
  allotment: Allotment | undefined;

  constructor(name: string) {
    this.name = name;
  }

  share(): void {
    this.allotment = new Allotment(this);
  }

  /** Whether one more turn may be paid from it. */
  isOpen(cap: number): boolean {
    if (this.allotment === undefined || cap === Number.POSITIVE_INFINITY) {
      return this.spent + this.reserved < cap;
    }
    return this.spent < cap && this.reserved < this.allotment.left;
  }

  /** Whether what is left is kept for goodbyes: calls that are only open must not end others. */
  isUsedUp(cap: number): boolean {
    return this.spent + Math.min(this.goodbyes, cap * HOLD_SHARE) >= cap;
  }

  isNearly(cap: number): boolean {
    return this.spent >= cap * WARNING_SHARE && cap !== Number.POSITIVE_INFINITY;
  }

  get isUnused(): boolean {
    if (this.allotment?.isUnused === false) return false;
    return this.spent + this.reserved + this.goodbyes === 0;
  }
}

/**
 * What this relay may spend of an account without asking: it was drawn ahead, and no other relay
 * may spend it. Micro-dollars of the present day.
 */
export class Allotment {
  readonly account: SpendingAccount;
  /** Of its user. */
  plan = 'default';
  /** Sessions of this relay that spend from it. */
  sessions = 0;
  /** Spent by this relay. */
  own = 0;
  /** What of it the other relays know. */
  told = 0;
  /** What was drawn and not spent when they were told. */
  drawn = 0;

  constructor(account: SpendingAccount) {
    this.account = account;
  }

  /** Drawn and not spent. */
  get left(): number {
    return this.drawn - (this.own - this.told);
  }

  beginDay(): void {
    this.own = this.told = this.drawn = 0;
  }

  /** How much should be drawn ahead. */
  wanted(turnMicroUsd: number): number {
    return Math.ceil(turnMicroUsd * TURNS_AHEAD * this.sessions);
  }

  isLow(turnMicroUsd: number): boolean {
    return this.left - this.account.reserved < this.wanted(turnMicroUsd) * LOW_SHARE;
  }

  /** Whether less was given than asked for. */
  isDry(turnMicroUsd: number): boolean {
    return this.drawn < this.wanted(turnMicroUsd);
  }

  get isUnused(): boolean {
    return this.sessions === 0 && this.own === 0 && this.drawn === 0;
  }

  /** Whether there is nothing that the other relays should hear of. */
  isSettled(wanted: number): boolean {
    if (this.own !== this.told) return false;
    return wanted === 0 ? this.drawn <= 0 : this.drawn >= wanted;
  }
}
