import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessWork {
  readonly pid: number;
  readonly parent: number;
  /** Processor time, with that of the children that it has seen end. */
  readonly ticks: number;
}

/** A process and its descendants. @returns none on systems without `/proc` */
export function processTree(pid: number): readonly ProcessWork[] {
  return treeOf(allProcesses(), pid);
}

/** @param processes - all there are */
export function treeOf(processes: readonly ProcessWork[], pid: number): readonly ProcessWork[] {
  const children = processes.filter(({ parent }) => parent === pid);
  return [
    ...processes.filter((each) => each.pid === pid),
    ...children.flatMap((child) => treeOf(processes, child.pid)),
  ];
}

/** @param stat - of `/proc/PID/stat` */
export function processWork(stat: string): ProcessWork {
  // The name, in brackets, may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), ticks };
}

function allProcesses(): readonly ProcessWork[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(name) ?? []);
  } catch {
    return [];
  }
}

function statOf(name: string): ProcessWork | undefined {
  try {
    return processWork(readFileSync(`/proc/${name}/stat`, 'latin1'));
  } catch {
    // The process has ended since the folder was read.
    return undefined;
  }
}
