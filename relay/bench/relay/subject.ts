import type { TelemetryAddresses } from './telemetry.ts';
import type { UpstreamAddress } from './upstream.ts';

export interface SubjectOptions {
  readonly upstream: UpstreamAddress;
  /** The vendor whose adapter is used; without it, the bench's own transcriber. */
  readonly provider: BenchProvider | undefined;
  readonly sessions: number;
  /** Whether money is counted, and conversations are kept. */
  readonly keepsAccounts: boolean;
  /** Whether calls are measured. */
  readonly isMeasured: boolean;
  /** Opens `/metrics`. */
  readonly metricsToken: string;
  /** Whether it logs as much as by default, into a file. */
  readonly hasLog: boolean;
  /** Where traces and error reports go; with it, the log can be followed. */
  readonly telemetry: TelemetryAddresses | undefined;
}

/** What the relay can be compared with. */
export const BASELINES = ['pipe', 'plain', 'unmeasured', 'unobserved'] as const;
/**
 * `plain`: the relay itself, that counts no money and keeps nothing; `unmeasured`: the relay itself,
 * without metrics; `unobserved`: the relay itself, of which only the log tells.
 */
export type Baseline = (typeof BASELINES)[number];

export function isBaseline(name: string): name is Baseline {
  return (BASELINES as readonly string[]).includes(name);
}

/** Vendors that the relay can be measured with. */
export const BENCH_PROVIDERS = ['nova'] as const;
export type BenchProvider = (typeof BENCH_PROVIDERS)[number];

export function isBenchProvider(name: string): name is BenchProvider {
  return (BENCH_PROVIDERS as readonly string[]).includes(name);
}

/** What both sides of the comparison can be asked. */
export interface SubjectHandlers {
  readonly [name: string]: (argument: never) => unknown;
  /** Starts listening. @returns where */
  readonly open: (
    options: SubjectOptions,
  ) => Promise<{ readonly url: string; readonly isNative: boolean }>;
  readonly usage: (argument: null) => SubjectUsage;
  readonly startProfile: (argument: null) => Promise<void>;
  readonly stopProfile: (path: string) => Promise<void>;
}

export interface SubjectUsage {
  /** CPU time of the whole process since it began, user and system, µs. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export function usage(): SubjectUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
}
