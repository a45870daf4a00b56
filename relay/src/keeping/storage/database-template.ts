import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { newId } from '../../base/lib/ids.ts';
import { migrate, migrationDigest } from './migrate.ts';

const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/', import.meta.url));
const NAME = /^database-[0-9a-f]{16}$/;

/**
 * The folder of an empty database that is migrated already, to be copied: that takes a tenth of what
 * `initdb` takes of a processor. Another version of PGlite or of the schema has another one.
 */
export function databaseTemplate(cache: string = CACHE): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(dirname(entry), '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const digest = createHash('sha256').update(version).update(migrationDigest()).digest('hex');
  return join(cache, `database-${digest.slice(0, 16)}`);
}

/**
 * Makes the template if it is missing, with several seconds of a processor; those of other versions
 * are deleted. Any number of processes may do so at once.
 *
 * @returns its folder
 * @throws the system's error if the folder cannot be written to
 */
export async function makeDatabaseTemplate(template: string = databaseTemplate()): Promise<string> {
  if (existsSync(template)) return template;
  const cache = dirname(template);
  await mkdir(cache, { recursive: true });
  const unfinished = join(cache, newId('unfinished'));
  try {
    const client = await PGlite.create(unfinished);
    try {
      const orm = drizzle(client);
      await migrate({ transaction: (work) => orm.transaction(work) });
      await client.exec('vacuum analyze');
    } finally {
      await client.close();
    }
    // Fails if another process has made it meanwhile.
    await rename(unfinished, template).catch((error: unknown) => {
      if (!existsSync(template)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  for (const name of await readdir(cache)) {
    if (!NAME.test(name) || name === basename(template)) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
  return template;
}
