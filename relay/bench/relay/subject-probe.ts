import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import type { SubjectHandlers } from './subject.ts';

const profiler = new Session();

/** What a process that is measured says of itself. Imports nothing of what is measured. */
export const subjectProbe = {
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
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
