/**
 * Ms on a monotonic clock that page and workers share: each has its own zero for
 * `performance.now()`, and adding the instant of that zero makes them comparable.
 */
export function localNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * An instant of the system's clock, which audio worklets have too, on the clock of `localNowMs`.
 *
 * @param systemMs - of the last minute, by `Date.now()`
 */
export function localMsOf(systemMs: number): number {
  // Taken anew each time: the system's clock may be set.
  return localNowMs() - Math.max(0, Date.now() - systemMs);
}
