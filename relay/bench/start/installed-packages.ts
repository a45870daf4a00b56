import { existsSync } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

const WORKSPACE = ['.', 'relay', 'web', 'shared'];

export interface InstalledPackages {
  readonly count: number;
  /** On disk; a file that two packages share counts once. */
  readonly bytes: number;
}

/**
 * The packages that the workspace reaches through pnpm's links: those that an earlier lock file left
 * behind are not among them.
 *
 * @param folder - a Parley's
 */
export async function installedPackages(folder: string): Promise<InstalledPackages> {
  const found = new Set<string>();
  const waiting = WORKSPACE.map((name) => join(folder, name, 'node_modules'));
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    for (const path of await linkedPackages(place)) {
      if (found.has(path) || !path.includes('/node_modules/.pnpm/')) continue;
      found.add(path);
      // Its dependencies lie beside it, as links.
      waiting.push(path.slice(0, path.lastIndexOf('/node_modules/') + '/node_modules'.length));
    }
  }
  const files = new Map<string, number>();
  for (const path of found) await addFiles(path, files);
  return { count: found.size, bytes: [...files.values()].reduce((sum, size) => sum + size, 0) };
}

async function linkedPackages(modules: string): Promise<readonly string[]> {
  if (!existsSync(modules)) return [];
  const names = (await readdir(modules)).filter((name) => !name.startsWith('.'));
  const paths = await Promise.all(
    names.map(async (name) => {
      const path = join(modules, name);
      if (!name.startsWith('@')) return [path];
      return (await readdir(path)).map((scoped) => join(path, scoped));
    }),
  );
  return await Promise.all(paths.flat().map((path) => realpath(path)));
}

async function addFiles(path: string, files: Map<string, number>): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const inside = entries.filter((entry) => entry.isFile());
  await Promise.all(
    inside.map(async (entry) => {
      const { dev, ino, size } = await lstat(join(entry.parentPath, entry.name));
      files.set(`${dev}/${ino}`, size);
    }),
  );
}
