import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/keeping/storage/database.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { migrationNames } from '../../src/keeping/storage/migrate.ts';
import { openPglite } from '../../src/keeping/storage/pglite-database.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-pglite-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function rowsOf(database: Database, table: string): Promise<readonly unknown[]> {
  return database.transaction(async (queries) => {
    const result = await queries.execute(sql.raw(`select * from ${table}`));
    return (result as { rows: readonly unknown[] }).rows;
  });
}

it('a new database is a copy of the template: it is migrated before anything is asked of it', async () => {
  const database = await openPglite(join(folder, 'db'), await makeDatabaseTemplate());
  expect(await rowsOf(database, 'parley_migrations.applied')).toHaveLength(migrationNames().length);
  await database.vacuum?.();
  const analysed = "pg_stats where schemaname = 'parley_migrations'";
  expect(await rowsOf(database, analysed)).not.toEqual([]);
  await database.close();
});

it('a template that is of no use is done without', async () => {
  const template = join(folder, 'template');
  await mkdir(join(template, 'base'), { recursive: true });
  await writeFile(join(template, 'PG_VERSION'), 'none');
  const database = await openPglite(join(folder, 'db'), template);
  expect(await rowsOf(database, 'pg_roles')).not.toEqual([]);
  await database.close();
  const again = await openPglite(join(folder, 'db'), template);
  await again.close();
});
