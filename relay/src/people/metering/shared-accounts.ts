import type { Allotment, SpendingAccount } from './spending-account.ts';

/** An account that other relays spend from, too, and what this relay should know of it. */
export interface SharedAccount {
  readonly allotment: Allotment;
  /** Micro-dollars; `Infinity` is without a limit. */
  readonly cap: number;
  /** How much this relay wants to have drawn ahead; 0: nobody needs it here. */
  readonly wanted: number;
}

/** What all relays have spent, and what of it is drawn for this one from now on. */
export interface Drawn {
  readonly allotment: Allotment;
  readonly spent: number;
  readonly left: number;
  /** What this relay had spent when it was asked for. */
  readonly own: number;
}

export interface Sharing {
  /** What one turn may cost, micro-dollars. */
  readonly turnMicroUsd: number;
  /** Something may have to be drawn soon; returns at once. */
  readonly onLow: () => void;
  /** Resolves when this relay knows what others have spent of changed accounts. Never rejects. */
  readonly refresh: () => Promise<void>;
}

/** Of one account. */
interface Capped {
  readonly account: SpendingAccount;
  readonly cap: number;
}

export interface SharedAccountsOptions extends Sharing {
  readonly capOf: (account: SpendingAccount) => number;
}

/** Which accounts the other relays should hear of, and of which more should be drawn. */
export class SharedAccounts {
  readonly #options: SharedAccountsOptions;
  readonly #changed = new Set<SpendingAccount>();
  /** Those that a round asks for. */
  readonly #asked = new Set<SpendingAccount>();

  constructor(options: SharedAccountsOptions) {
    this.#options = options;
  }

  /** Whether the other relays may know something else of it than this one. */
  isOpen(account: SpendingAccount): boolean {
    return this.#changed.has(account) || this.#asked.has(account);
  }

  /** Something was spent here. */
  spent(account: SpendingAccount, microUsd: number): void {
    account.allotment!.own += microUsd;
    this.#changed.add(account);
  }

  /** A session that spends from these accounts has begun, or is over. */
  countSession(accounts: readonly Capped[], change: 1 | -1): void {
    for (const { account } of accounts) {
      account.allotment!.sessions += change;
      this.#changed.add(account);
    }
    if (change > 0) this.#options.onLow();
  }

  /**
   * Draws more before it is needed.
   *
   * @param isNeeded - a turn waits for it
   */
  lookAhead(accounts: readonly Capped[], isNeeded: boolean): void {
    const { turnMicroUsd, onLow } = this.#options;
    let isLow = isNeeded;
    for (const { account, cap } of accounts) {
      if (cap === Number.POSITIVE_INFINITY || !account.allotment!.isLow(turnMicroUsd)) continue;
      this.#changed.add(account);
      // If the last answer was that there is no more, the next round asks again.
      isLow ||= !account.allotment!.isDry(turnMicroUsd);
    }
    if (isLow) onLow();
  }

  refresh(accounts: readonly Capped[]): Promise<void> {
    for (const { account } of accounts) this.#changed.add(account);
    return this.#options.refresh();
  }

  /** @param all - in place of those that have changed */
  take(all: readonly SpendingAccount[] | undefined): readonly SharedAccount[] {
    const accounts = all ?? [...this.#changed];
    for (const account of accounts) this.#asked.add(account);
    this.#changed.clear();
    return accounts.map((account) => {
      const cap = this.#options.capOf(account);
      return { allotment: account.allotment!, cap, wanted: this.#wanted(account, cap) };
    });
  }

  /** @returns those of which the other relays know as much as this one */
  drawn(asked: readonly SharedAccount[], answers: readonly Drawn[]): readonly SpendingAccount[] {
    this.#asked.clear();
    // Whatever has no answer may have been drawn nevertheless.
    for (const { allotment } of asked) this.#changed.add(allotment.account);
    return answers.flatMap(({ allotment, spent, left, own }) => {
      const { account } = allotment;
      account.spent = spent + allotment.own - own;
      allotment.told = own;
      allotment.drawn = left;
      // Calls may have begun and ended meanwhile. The next round asks again for what is missing.
      const wanted = this.#wanted(account, this.#options.capOf(account));
      if (!allotment.isSettled(wanted)) return [];
      this.#changed.delete(account);
      return [account];
    });
  }

  /** What was drawn of the day before is worth nothing. */
  beginDay(accounts: readonly SpendingAccount[]): void {
    this.#changed.clear();
    for (const account of accounts) {
      account.allotment!.beginDay();
      if (account.allotment!.sessions > 0) this.#changed.add(account);
    }
    if (this.#changed.size > 0) this.#options.onLow();
  }

  #wanted({ allotment }: SpendingAccount, cap: number): number {
    return Number.isFinite(cap) ? allotment!.wanted(this.#options.turnMicroUsd) : 0;
  }
}
