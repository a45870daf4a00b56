import { randomUUID } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../base/config/read-settings.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { makeFolder } from '../../base/lib/make-folder.ts';

/** The file's time is set anew this often. */
const REFRESH_MS = 5_000;
/** One of another machine or container counts as abandoned after this. */
const ABANDONED_MS = 20_000;

interface Holder {
  readonly pid: number;
  /** In a container the process has the same number at each start. */
  readonly startedAt: string;
  readonly host: string;
  /** Distinguishes one lock from another. */
  readonly id: string;
}

/**
 * Keeps a second process away from a data folder: two of them would destroy the embedded database
 * and take each other's journal. The lock of a process that has ended is taken over.
 *
 * Node has no file locks. A process on this machine is asked about by its number and start time; one
 * elsewhere, e.g. in another container, by the time of its file.
 *
 * @returns what gives it up
 * @throws ConfigError if another process uses the folder, or it cannot be written
 */
export async function lockDataFolder(dataDir: string, clock: Clock): Promise<Disposable> {
  const path = join(dataDir, 'lock');
  const own: Holder = {
    pid: process.pid,
    startedAt: startOf(process.pid),
    host: hostname(),
    id: randomUUID(),
  };
  try {
    await makeFolder(dataDir);
    if (!take(path, own)) {
      const holder = readHolder(path);
      if (holder !== undefined && isHeld(path, holder)) throw inUse(dataDir, holder);
      // Of two that find it abandoned, one takes the other's away, sees that, and gives it back.
      const taken = `${path}.${own.id}`;
      renameSync(path, taken);
      if (readHolder(taken)?.id !== holder?.id) renameSync(taken, path);
      rmSync(taken, { force: true });
      const other = take(path, own) ? undefined : readHolder(path);
      if (other !== undefined) throw inUse(dataDir, other);
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (error instanceof ConfigError) throw error;
    // A full disk keeps no caller away; later failures to write report it.
    if (['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'].includes(code)) return { [Symbol.dispose]() {} };
    throw new ConfigError([`DATA_DIR: the folder "${dataDir}" cannot be used (${message}).`]);
  }
  const release = () => {
    if (readHolder(path)?.id === own.id) rmSync(path, { force: true });
  };
  // Also if the process is ended without being asked.
  process.once('exit', release);
  let cancel: () => void = () => {};
  const refresh = () => {
    cancel = clock.after(REFRESH_MS, () => {
      const now = new Date();
      try {
        utimesSync(path, now, now);
      } catch {
        // The file was deleted by hand.
      }
      refresh();
    });
  };
  refresh();
  return {
    [Symbol.dispose]() {
      cancel();
      process.off('exit', release);
      release();
    },
  };
}

/** @returns false if there is a lock already */
function take(path: string, own: Holder): boolean {
  // The file is whole before it has its name.
  const unfinished = `${path}.new.${own.id}`;
  try {
    writeFileSync(unfinished, JSON.stringify(own), { mode: 0o600, flag: 'wx' });
    linkSync(unfinished, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isHeld(path: string, { pid, startedAt, host }: Holder): boolean {
  if (host !== hostname()) return Date.now() - statSync(path).mtimeMs < ABANDONED_MS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, but belongs to another account.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startedAt === startOf(pid);
}

/** When a process began, as Linux counts it; '' elsewhere. */
function startOf(pid: number): string {
  try {
    // Its name, in brackets, may hold spaces.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(/\) (?=[^)]*$)/);
    return rest.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function inUse(dataDir: string, { pid, host }: Holder): ConfigError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on "${host}"`;
  return new ConfigError([
    `DATA_DIR: another Parley uses the folder "${dataDir}" (${where}). Stop that, or choose another folder: DATA_DIR=./data2`,
  ]);
}
