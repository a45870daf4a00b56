import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { drizzle } from 'drizzle-orm/pglite';
import { PGlite } from '@electric-sql/pglite';
import { makeFolder } from '../lib/make-folder.ts';
import type { Database } from './database.ts';

/** Of one process with one connection: Postgres reserves 128 MB otherwise. */
const SMALL = [
  'shared_buffers = 8MB',
  'wal_buffers = 256kB',
  'max_connections = 4',
  'max_wal_size = 64MB',
];

/**
 * Postgres in this process, its data in a folder. Another process must not open the same folder
 * meanwhile: see `data-lock.ts`.
 *
 * @throws Error if the folder cannot be used or is damaged
 */
export async function openPglite(dir: string): Promise<Database> {
  if (!existsSync(dir)) {
    // Made elsewhere: a process that ends meanwhile leaves no half of a database behind.
    const unfinished = `${dir}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(dirname(dir));
    await (await PGlite.create(unfinished)).close();
    await rename(unfinished, dir);
  }
  const client = await PGlite.create({ dataDir: dir, postgresqlconf: SMALL });
  const orm = drizzle(client);
  return {
    transaction: (work) => orm.transaction(work),
    close: () => client.close(),
  };
}
