/** What the turns of one conversation may cost. */
export interface TurnBudget {
  /**
   * Called before anything is asked that costs something; for a turn that is reserved already it is
   * true again.
   *
   * @returns false if what may be spent has been spent
   */
  reserve(turnId: string, historyTokens: number): boolean;
  /** What is left of a reservation is free again; turns are settled when `turn-ended` is emitted. */
  settle(turnId: string): void;
  /** The goodbye is said in this turn; it was reserved for when the call began. */
  payGoodbye(turnId: string): void;
  /** Whether no other turn can be had that costs something. */
  readonly isExhausted: boolean;
}

/** Of calls that cost nothing, or that nothing limits. */
export const NO_BUDGET: TurnBudget = {
  reserve: () => true,
  settle: () => {},
  payGoodbye: () => {},
  isExhausted: false,
};
