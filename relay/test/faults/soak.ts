/** What a soak is asked to do. */
export interface SoakRequest {
  /** Turns before anything is measured. */
  readonly warmUp: number;
  readonly turns: number;
  /** Calls at the same time. */
  readonly callers: number;
}

export interface SoakReport {
  /** Turns of which the person learnt what became of them. */
  readonly settled: number;
  readonly tookMs: number;
  /** Bytes, after garbage collection, while the relay stands idle. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  /** What holds the process beyond what held it before, with the relay idle, and stopped. */
  readonly heldMeanwhile: readonly string[];
  readonly heldAfterwards: readonly string[];
}
