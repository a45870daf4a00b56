import { readFileSync } from 'node:fs';
import { processTree } from '../process/process-tree.ts';

export interface Memory {
  readonly rssBytes: number;
  /** Memory that processes share counts by share; undefined if the system does not report it. */
  readonly pssBytes: number | undefined;
}

/** Of a process and its descendants. @returns NaN for systems without `/proc` */
export function memoryOf(pid: number): Memory {
  const each = processTree(pid).map(({ pid: id }) => ({
    rssBytes: kilobytes(`/proc/${id}/status`, 'VmRSS') ?? 0,
    pssBytes: kilobytes(`/proc/${id}/smaps_rollup`, 'Pss'),
  }));
  if (each.length === 0) return { rssBytes: Number.NaN, pssBytes: undefined };
  return each.reduce((sum, { rssBytes, pssBytes }) => ({
    rssBytes: sum.rssBytes + rssBytes,
    pssBytes:
      sum.pssBytes === undefined || pssBytes === undefined ? undefined : sum.pssBytes + pssBytes,
  }));
}

function kilobytes(path: string, name: string): number | undefined {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'latin1'));
    return found === null ? undefined : Number(found[1]) * 1_024;
  } catch {
    return undefined;
  }
}
