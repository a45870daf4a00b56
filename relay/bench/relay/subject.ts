/** What both sides of the comparison can be asked. */
export interface SubjectHandlers {
  readonly [name: string]: (argument: never) => unknown;
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
}
