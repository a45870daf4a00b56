import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';

/** A call's socket, the one that replaces it after a cut, and one for each stage. */
const DESCRIPTORS_PER_CALL = 4;
/** Database, log, threads, and requests beside calls. */
const DESCRIPTORS_BESIDE_CALLS = 96;
const SHORTAGES: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE']);

/**
 * How many files this process may have open (`ulimit -n`); `Infinity` if the system does not say.
 * Node itself raises the soft limit to the hard one when it starts.
 */
export function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}

/** How many calls at a time have the descriptors that they need. */
export function callsWithin(limit: number): number {
  return Math.max(1, Math.floor((limit - DESCRIPTORS_BESIDE_CALLS) / DESCRIPTORS_PER_CALL));
}

/**
 * Whether what just failed may have failed for want of a descriptor. The error need not say so: a
 * name cannot be looked up without one, and is then one that does not exist.
 */
export function isOutOfDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return SHORTAGES.has((error as NodeJS.ErrnoException).code);
  }
}
