import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface BuiltPage {
  /** Holds one folder for each state of the sources; only the latest is kept. */
  readonly dist: string;
  /** Files and folders that the page is made of. */
  readonly sources: readonly string[];
  /** Builds it into a folder that is not there yet. */
  build(outDir: string): Promise<unknown>;
}

/**
 * Builds a page, unless it was built from the same sources before. May run in several processes at
 * once: a build gets its final name only when it is whole.
 *
 * @returns the folder of the built page
 */
export async function buildOnce({ dist, sources, build }: BuiltPage): Promise<string> {
  const digest = digestOf(sources);
  const outDir = join(dist, digest);
  if (existsSync(outDir)) return outDir;
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) {
    // What begins with the digest is being built by another process.
    if (!name.startsWith(digest)) rmSync(join(dist, name), { recursive: true });
  }
  const unfinished = `${outDir}.${process.pid}`;
  await build(unfinished);
  try {
    renameSync(unfinished, outDir);
  } catch (error) {
    if (!existsSync(outDir)) throw error;
    // Another process was first.
    rmSync(unfinished, { recursive: true });
  }
  return outDir;
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesOf(path)) hash.update(relative(path, file)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    // The path is a file, not a folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
