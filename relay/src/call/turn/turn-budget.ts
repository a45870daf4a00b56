import type { ReservationOutcome } from '../../people/metering/budgets.ts';

/** What the turns of one conversation may cost. */
export interface TurnBudget {
  /**
   * Called before anything is asked for an answer that costs something; what is reserved already is
   * not reserved again.
   *
   * @param isSpoken - by a voice of the relay's
   */
  reserve(turnId: string, historyTokens: number, isSpoken: boolean): ReservationOutcome;
  /** So much of an utterance was sent, which is reserved, and a little more. */
  hearing(turnId: string, audioMs: number): void;
  /** What is left of a reservation is free again; turns are settled when `turn-ended` is emitted. */
  settle(turnId: string): void;
  /** The goodbye is said in this turn; it was reserved for when the call began. */
  payGoodbye(turnId: string): void;
  /**
   * Whether what may be spent has been spent.
   *
   * @param turnId - whether this turn, if it has begun already, may not go on either
   */
  isExhausted(turnId?: string): boolean;
}

/** Of calls that cost nothing, or that nothing limits. */
export const NO_BUDGET: TurnBudget = {
  reserve: () => 'reserved',
  hearing: () => {},
  settle: () => {},
  payGoodbye: () => {},
  isExhausted: () => false,
};
