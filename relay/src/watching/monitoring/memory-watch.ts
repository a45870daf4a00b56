import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';

const LOG_INTERVAL_MS = 300_000;
const WARNING_SHARE = 0.8;
/** Below this the shortage is over: without a gap it would come and go. */
const RECOVERED_SHARE = 0.75;
const MB = 1024 * 1024;
/** Owners that a warning names. */
const NAMED_OWNERS = 3;

/** Bytes that the known owners of memory hold now. */
export type MemoryOwners = Readonly<Record<string, number>>;

export interface MemoryWatchOptions {
  readonly limitBytes: number;
  /** Beside the JavaScript heap and buffers, which are known. */
  readonly owners: () => MemoryOwners;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
  readonly usage?: () => NodeJS.MemoryUsage;
}

/** Logs what memory is used for every five minutes, and warns before there is none. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #loggedAtMs: number;
  #isLow = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#loggedAtMs = options.clock.now();
  }

  /** To be called every few seconds. */
  check(): void {
    const { limitBytes, clock, logger, problems, usage = process.memoryUsage } = this.#options;
    const memory = usage();
    const share = memory.rss / limitBytes;
    const owners = this.#owners(memory);
    const wasLow = this.#isLow;
    this.#isLow = share >= (wasLow ? RECOVERED_SHARE : WARNING_SHARE);
    if (this.#isLow) {
      problems.report('memory_low', sentence(memory.rss, limitBytes, owners));
    } else if (wasLow) problems.clear('memory_low');
    const nowMs = clock.now();
    const isDue = nowMs - this.#loggedAtMs >= LOG_INTERVAL_MS;
    if (!isDue && this.#isLow === wasLow) return;
    this.#loggedAtMs = nowMs;
    const percent = Math.round(share * 100);
    const line = { rssMb: toMb(memory.rss), percent, owners: inMb(owners) };
    if (this.#isLow) logger.warn(line, '[MEMORY] little is left');
    else logger.info(line, '[MEMORY] in use');
  }

  #owners({ rss, heapTotal, heapUsed, external, arrayBuffers }: NodeJS.MemoryUsage): MemoryOwners {
    const known = this.#options.owners();
    const inBuffers = Object.values(known).reduce((sum, bytes) => sum + bytes, 0);
    return {
      ...known,
      'JavaScript heap': heapUsed,
      'other buffers': Math.max(0, arrayBuffers - inBuffers),
      'threads and native code': Math.max(0, rss - heapTotal - external),
    };
  }
}

function sentence(rss: number, limitBytes: number, owners: MemoryOwners): string {
  const biggest = Object.entries(owners)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, NAMED_OWNERS)
    .map(([name, bytes]) => `${name} ${toMb(bytes)} MB`);
  return `Memory is nearly used up: ${toMb(rss)} of ${toMb(limitBytes)} MB. Most of it: ${biggest.join(', ')}.`;
}

function inMb(owners: MemoryOwners): Record<string, number> {
  return Object.fromEntries(Object.entries(owners).map(([name, bytes]) => [name, toMb(bytes)]));
}

function toMb(bytes: number): number {
  return Math.round(bytes / MB);
}
