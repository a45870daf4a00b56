import type { Stage } from '@parley/shared';

/** Micro-dollars of each stage. */
export type Costs = Partial<Readonly<Record<Stage, number>>>;

/** What is reserved for each stage of the turns that run, and not used yet. */
export type Reservations = Map<string, Map<Stage, number>>;

/** How much more has to be reserved, if as much is wanted. */
export function lackingIn(turns: Reservations, turnId: string, wanted: Costs): number {
  const turn = turns.get(turnId);
  return (Object.entries(wanted) as [Stage, number][]).reduce(
    (sum, [stage, amount]) => sum + Math.max(0, amount - (turn?.get(stage) ?? 0)),
    0,
  );
}

/** From now on at least as much is reserved for a turn. */
export function raiseTo(turns: Reservations, turnId: string, wanted: Costs): void {
  const turn = turns.get(turnId) ?? new Map<Stage, number>();
  turns.set(turnId, turn);
  for (const [stage, amount] of Object.entries(wanted) as [Stage, number][]) {
    turn.set(stage, Math.max(amount, turn.get(stage) ?? 0));
  }
}
