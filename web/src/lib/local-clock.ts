/**
 * Ms on a monotonic clock that page and workers share: each has its own zero for
 * `performance.now()`, and adding the instant of that zero makes them comparable.
 */
export function localNowMs(): number {
  return performance.timeOrigin + performance.now();
}
