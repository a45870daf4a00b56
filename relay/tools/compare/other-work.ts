import { readFileSync } from 'node:fs';
import { processTree } from '../../bench/process/process-tree.ts';

/** Of all processors: beyond it a measurement says more about the other work than about Parley. */
export const MAX_OTHER_SHARE = 0.1;

/** Processor time since the machine started, ticks. */
export interface WorkReading {
  readonly total: number;
  readonly busy: number;
  /** Of this process and all that it started. */
  readonly own: number;
}

/**
 * @returns undefined on systems without `/proc`, where the work of others cannot be told from ours
 */
export function readWork(): WorkReading | undefined {
  try {
    const own = processTree(process.pid).reduce((sum, { ticks }) => sum + ticks, 0);
    return { ...machineWork(readFileSync('/proc/stat', 'latin1')), own };
  } catch {
    return undefined;
  }
}

/** @returns the share of all processors that others used between two readings, 0 to 1 */
export function otherShare(before: WorkReading, after: WorkReading): number {
  const total = after.total - before.total;
  if (total <= 0) return 0;
  const others = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, others / total);
}

/** @param stat - of `/proc/stat`: time in user, nice, system, idle, iowait, irq, softirq, steal */
export function machineWork(stat: string): { readonly total: number; readonly busy: number } {
  const [user, nice, system, idle, iowait, irq, softirq, steal] = stat
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number, number];
  // What another machine on the same host takes is missed as much as what a program takes.
  const busy = user + nice + system + irq + softirq + steal;
  return { total: busy + idle + iowait, busy };
}
