import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../src/lib/ids.ts';
import { openPglite } from '../../src/storage/pglite-database.ts';
import { ROOT } from '../../tools/project.ts';

const CACHE = join(ROOT, 'node_modules/.cache');

/** The folder of an embedded database without anything in it, made once; to be copied. */
export async function embeddedTemplate(): Promise<string> {
  const manifest = join(ROOT, 'relay/node_modules/@electric-sql/pglite/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const template = join(CACHE, `pglite-${version}`);
  if (existsSync(template)) return template;
  await mkdir(CACHE, { recursive: true });
  const made = join(CACHE, newId('pglite'));
  await (await openPglite(made)).close();
  try {
    await rename(made, template);
  } catch {
    // Another test has made it meanwhile.
    await rm(made, { recursive: true, force: true });
  }
  return template;
}
