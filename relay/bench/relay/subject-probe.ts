import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { SubjectHandlers } from './subject.ts';

const profiler = new Session();

const fullCollectionsMs: number[] = [];
const collections = new PerformanceObserver((list) => {
  for (const { duration, detail } of list.getEntries() as unknown as Iterable<CollectionEntry>) {
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) fullCollectionsMs.push(duration);
  }
});
const delays = monitorEventLoopDelay();

/** Node's types lack it. */
interface CollectionEntry {
  readonly duration: number;
  readonly detail: { readonly kind: number };
}

/** What a process that is measured says of itself. Imports nothing of what is measured. */
export const subjectProbe = {
  usage() {
    const { user, system } = process.cpuUsage();
    const pauses = {
      fullCollections: fullCollectionsMs.length,
      longestCollectionMs: Math.max(0, ...fullCollectionsMs.splice(0)),
      longestDelayMs: delays.max / 1e6,
    };
    collections.observe({ entryTypes: ['gc'] });
    delays.enable();
    delays.reset();
    return { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), pauses };
  },

  /** Without the compiled `bufferutil` every figure is a third higher, on either side. */
  isNative() {
    if (process.env['WS_NO_BUFFER_UTIL'] !== undefined) return false;
    try {
      const { mask } = createRequire(process.argv[1]!)('bufferutil') as { mask: () => void };
      return Function.prototype.toString.call(mask).includes('[native code]');
    } catch {
      return false;
    }
  },

  /** Samples this process's own work from now on. */
  async startProfile() {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.start');
  },

  /** @param path - the `.cpuprofile` file to write; browsers' developer tools show it */
  async stopProfile(path) {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    await writeFile(path, JSON.stringify(profile));
  },
} satisfies SubjectHandlers;
