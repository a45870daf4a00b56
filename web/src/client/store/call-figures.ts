/** What there is to say of a call that is over. */
export interface CallFigures {
  readonly durationMs: number;
  /** null if the relay never said. */
  readonly costUsd: number | null;
}

/** @returns null if no session had begun: there was no call to speak of */
export function callFigures(
  sinceMs: number | null,
  cost: { readonly usd: number } | null,
  atMs: number,
): CallFigures | null {
  return sinceMs === null ? null : { durationMs: atMs - sinceMs, costUsd: cost?.usd ?? null };
}
