/** What both sides of the comparison can be asked. */
export interface SubjectHandlers {
  readonly [name: string]: (argument: never) => unknown;
  /** Pauses are those since the last time it was asked. */
  readonly usage: (argument: null) => SubjectUsage;
  /** Whether it masks with compiled code. */
  readonly isNative: (argument: null) => boolean;
  readonly startProfile: (argument: null) => Promise<void>;
  readonly stopProfile: (path: string) => Promise<void>;
}

export interface SubjectUsage {
  /** CPU time of the whole process since it began, user and system, µs. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly pauses: Pauses;
}

/** What held up the main thread of a process for a while. */
export interface Pauses {
  /** Collections of the whole heap. */
  readonly fullCollections: number;
  readonly longestCollectionMs: number;
  /** The longest time between two looks at the event loop, which are 10 ms apart. */
  readonly longestDelayMs: number;
}
