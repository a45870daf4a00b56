import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf } from '@parley/relay/testing';
import { build } from 'vite';

const CONFIG = fileURLToPath(new URL('./vite.config.ts', import.meta.url));
/** Has a folder for what the page was built from, and nothing older. */
const BUILT = fileURLToPath(new URL('./dist', import.meta.url));

/** Everything that the page is made of. */
const SOURCES = [
  'web/e2e/media/page',
  'web/e2e/media/vite.config.ts',
  'web/build',
  'web/src',
  'web/package.json',
  'shared/src',
  'pnpm-lock.yaml',
];

/**
 * Builds the engine's test page, unless it was built from the same files: once for all workers, if
 * it is called before they start.
 *
 * @returns the folder of the page
 */
export async function buildEnginePage(): Promise<string> {
  const name = digestOf(SOURCES);
  const folder = join(BUILT, name);
  if (existsSync(folder)) return folder;
  const unfinished = join(BUILT, `${name}.${randomUUID()}`);
  await build({ configFile: CONFIG, build: { outDir: unfinished } });
  try {
    // In one step, for workers that build it side by side.
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true });
  }
  for (const other of readdirSync(BUILT)) {
    if (!other.startsWith(name)) rmSync(join(BUILT, other), { recursive: true });
  }
  return folder;
}
