import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_INTERVAL_MS = 1_000;

/** What /proc of Linux says; a file that is gone is undefined, and without /proc all are. */
export interface ProcReader {
  /** @param path - below /proc */
  read(path: string): string | undefined;
  processes(): readonly number[];
}

const SYSTEM: ProcReader = {
  read(path) {
    try {
      return readFileSync(`/proc/${path}`, 'utf8');
    } catch {
      return undefined;
    }
  },
  processes() {
    try {
      return readdirSync('/proc').map(Number).filter(Number.isInteger);
    } catch {
      return [];
    }
  },
};

/** Of all processors: beyond it a measurement says more about the other work than about Parley. */
export const MAX_OTHER_SHARE = 0.1;

/** Processor time of the whole machine, and of this process with all that it started, ticks. */
export interface WorkReading {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

/** @returns the share of all processors that others used between two readings, 0 to 1 */
export function otherShare(before: WorkReading, after: WorkReading): number {
  const total = after.total - before.total;
  if (total <= 0) return 0;
  const others = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, others / total);
}

/**
 * What others take of the processors: all that is used, and what the host of a virtual machine took,
 * without this process and all that it started.
 */
export class OthersLoad implements Disposable {
  readonly #proc: ProcReader;
  readonly #own: OwnTicks;
  readonly #timer: NodeJS.Timeout;

  constructor(pid = process.pid, proc = SYSTEM) {
    this.#proc = proc;
    this.#own = new OwnTicks(pid, proc);
    this.#timer = setInterval(() => this.#own.sample(), SAMPLE_INTERVAL_MS);
  }

  /** @returns undefined on systems without `/proc`, which do not show the work of others */
  read(): WorkReading | undefined {
    const machine = machineTicks(this.#proc);
    if (machine === undefined) return undefined;
    this.#own.sample();
    return { ...machine, own: this.#own.ticks };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Of all processors together. */
function machineTicks(proc: ProcReader): Omit<WorkReading, 'own'> | undefined {
  const line = /^cpu +(.*)$/m.exec(proc.read('stat') ?? '')?.[1];
  if (line === undefined) return undefined;
  // The times of guests that follow are in the first two already.
  const ticks = line.split(' ').slice(0, 8).map(Number);
  const total = ticks.reduce((sum, each) => sum + each, 0);
  const [, , , idle = 0, waiting = 0] = ticks;
  return { total, busy: total - idle - waiting };
}

/**
 * The time of a process and all that it started, ended ones included.
 *
 * Some end between two looks, but their parents waited for them and have their times. Others, such
 * as a browser's processes after their parent, have no waiting parent, but they were seen. The
 * larger sum of both is nearer.
 */
class OwnTicks {
  readonly #root: number;
  readonly #proc: ProcReader;
  readonly #rootBefore: number;
  readonly #alive = new Map<number, number>();
  #others = new Set<number>();
  #ended = 0;
  #rootNow: number;

  constructor(root: number, proc: ProcReader) {
    this.#root = root;
    this.#proc = proc;
    const found = this.#process(root);
    this.#rootBefore = (found?.own ?? 0) + (found?.waitedFor ?? 0);
    this.#rootNow = this.#rootBefore;
    this.#ended = -(found?.own ?? 0);
    this.#alive.set(root, found?.own ?? 0);
    // A process that runs already and is not this one's is not looked at again.
    this.sample();
  }

  get ticks(): number {
    const seen = [...this.#alive.values()].reduce((sum, each) => sum + each, this.#ended);
    return Math.max(seen, this.#rootNow - this.#rootBefore);
  }

  sample(): void {
    const present = this.#proc.processes().toSorted((one, other) => one - other);
    const others = new Set<number>();
    const gone = new Set(this.#alive.keys());
    for (const pid of present) {
      gone.delete(pid);
      if (this.#others.has(pid)) {
        others.add(pid);
        continue;
      }
      const found = this.#process(pid);
      if (found === undefined) continue;
      if (this.#alive.has(pid) || this.#alive.has(found.parent)) this.#alive.set(pid, found.own);
      else others.add(pid);
      if (pid === this.#root) this.#rootNow = found.own + found.waitedFor;
    }
    for (const pid of gone) {
      this.#ended += this.#alive.get(pid)!;
      this.#alive.delete(pid);
    }
    this.#others = others;
  }

  #process(pid: number) {
    const text = this.#proc.read(`${pid}/stat`);
    if (text === undefined) return undefined;
    // The name, in brackets, may have blanks and brackets in it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, waitedUser = 0, waitedSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1]!, own: user + system, waitedFor: waitedUser + waitedSystem };
  }
}
