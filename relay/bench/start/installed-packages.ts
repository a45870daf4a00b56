import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What `npm start` installs: the root's packages are those of people who work on Parley. */
const WORKSPACE = ['relay', 'web', 'shared'].concat(
  ['node', 'phrases', 'recogniser', 'voice'].map((name) => `relay/packages/${name}`),
);

export interface InstalledPackages {
  readonly count: number;
  /** On disk; a file that two packages share counts once. */
  readonly bytes: number;
}

/**
 * The packages that the workspace needs to run and to build the page, by its manifests and pnpm's
 * links: tools for development and those that an earlier lock file left behind are not among them.
 *
 * @param folder - a Parley's
 */
export async function installedPackages(folder: string): Promise<InstalledPackages> {
  const found = new Set<string>();
  const waiting = (await Promise.all(WORKSPACE.map((name) => neededBy(join(folder, name))))).flat();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !path.includes('/node_modules/.pnpm/')) continue;
    found.add(path);
    // Its dependencies lie beside it, as links.
    const beside = path.slice(0, path.lastIndexOf('/node_modules/') + '/node_modules'.length);
    waiting.push(...(await linkedPackages(beside)));
  }
  const files = new Map<string, number>();
  for (const path of found) await addFiles(path, files);
  return { count: found.size, bytes: [...files.values()].reduce((sum, size) => sum + size, 0) };
}

async function neededBy(workspace: string): Promise<readonly string[]> {
  const manifest = join(workspace, 'package.json');
  if (!existsSync(manifest)) return [];
  const { dependencies = {} } = JSON.parse(await readFile(manifest, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const paths = Object.keys(dependencies).map((name) => join(workspace, 'node_modules', name));
  return await Promise.all(paths.filter((path) => existsSync(path)).map((path) => realpath(path)));
}

async function linkedPackages(modules: string): Promise<readonly string[]> {
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
