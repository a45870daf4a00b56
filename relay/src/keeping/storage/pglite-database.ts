import { cpSync, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { drizzle } from 'drizzle-orm/pglite';
import { PGlite } from '@electric-sql/pglite';
import { makeFolder } from '../../base/lib/make-folder.ts';
import type { Database } from './database.ts';
import { databaseTemplate } from './database-template.ts';
import { TABLES } from './schema.ts';

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
 * @param template - folder that a new database is copied from; if it is missing or useless, one is
 *   made from nothing
 * @throws Error if the folder cannot be used or is damaged
 */
export async function openPglite(dir: string, template = databaseTemplate()): Promise<Database> {
  const client = existsSync(dir) ? await open(dir) : await openNew(dir, template);
  const orm = drizzle(client);
  return {
    transaction: (work) => orm.transaction(work),
    async vacuum() {
      // Table by table: what people ask meanwhile comes in between.
      for (const table of Object.keys(TABLES))
        await client.exec(`vacuum (analyze) parley.${table}`);
    },
    close: () => client.close(),
  };
}

async function openNew(dir: string, template: string): Promise<PGlite> {
  await makeFolder(dirname(dir));
  // Made elsewhere: a process that ends meanwhile leaves no half of a database behind.
  const unfinished = `${dir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  if (existsSync(template)) {
    try {
      cpSync(template, unfinished, { recursive: true });
      await rename(unfinished, dir);
      return await open(dir);
    } catch {
      await rm(unfinished, { recursive: true, force: true });
      await rm(dir, { recursive: true, force: true });
    }
  }
  await (await PGlite.create(unfinished)).close();
  await rename(unfinished, dir);
  return open(dir);
}

function open(dataDir: string): Promise<PGlite> {
  return PGlite.create({ dataDir, postgresqlconf: SMALL });
}
