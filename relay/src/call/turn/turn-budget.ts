import { ParleyError } from '@parley/shared';
import { aborted } from '../../base/lib/deadline.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { ReservationOutcome } from '../../people/metering/budgets.ts';
import type { GeneratorEvent } from '../stages/generator/generator.ts';

/** Longest that an answer waits for what others have reserved and may not use. */
const MAX_WAIT_MS = 10_000;

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
  /** @param listener - is called whenever what others had reserved is free. @returns its end */
  onFreed(listener: () => void): () => void;
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
  onFreed: () => () => {},
  settle: () => {},
  payGoodbye: () => {},
  isExhausted: () => false,
};

/**
 * Begins an answer once it is reserved for, in the order of asking. If the budget is used up
 * meanwhile, the answer is empty: goodbye follows it.
 *
 * @throws ParleyError `capacity_exhausted` if others need what is left for longer
 */
export async function* onceReserved(
  answer: () => AsyncIterable<GeneratorEvent>,
  options: {
    readonly reserve: () => ReservationOutcome;
    readonly budget: TurnBudget;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<GeneratorEvent, void, undefined> {
  const { reserve, budget, clock, signal } = options;
  const { promise, resolve } = Promise.withResolvers<ReservationOutcome>();
  const attempt = () => {
    // A turn that is over would keep it for good.
    const verdict = signal.aborted ? 'short' : reserve();
    if (verdict !== 'short') resolve(verdict);
  };
  const leave = budget.onFreed(attempt);
  const cancel = clock.after(MAX_WAIT_MS, () => resolve('short'));
  attempt();
  const verdict = await Promise.race([promise, aborted(signal)]);
  leave();
  cancel();
  if (signal.aborted || verdict === 'spent') return;
  if (verdict === 'short') throw new ParleyError('capacity_exhausted');
  yield* answer();
}
