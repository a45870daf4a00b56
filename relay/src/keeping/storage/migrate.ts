import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database, Queries } from './database.ts';

export const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** Any number that is the same in all relays: they migrate one after the other. */
const LOCK = 7_255_391;

/**
 * Brings the schema up to date, all of it or nothing. drizzle's own migrator takes no lock, and two
 * relays that start together would run the same statements.
 *
 * @throws the database's error, e.g. if its role may not create a schema
 */
export function migrate(database: Pick<Database, 'transaction'>): Promise<void> {
  return database.transaction(migrateIn);
}

/** As `migrate`, in a transaction that does more. */
export async function migrateIn(queries: Queries): Promise<void> {
  await queries.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
  await queries.execute(sql`create schema if not exists parley_migrations`);
  await queries.execute(
    sql`create table if not exists parley_migrations.applied (name text primary key, at timestamptz not null default now())`,
  );
  const applied = await queries.execute(sql`select name from parley_migrations.applied`);
  const known = new Set((applied as { rows: { name: string }[] }).rows.map(({ name }) => name));
  for (const { hash, sql: statements } of migrations()) {
    if (known.has(hash)) continue;
    for (const statement of statements) await queries.execute(sql.raw(statement));
    await queries.execute(sql`insert into parley_migrations.applied (name) values (${hash})`);
  }
}

/** Names of all migrations, in their order. */
export function migrationNames(): readonly string[] {
  return migrations().map(({ hash }) => hash);
}

/** Distinguishes one set of migrations from another. */
export function migrationDigest(): string {
  return JSON.stringify(migrations());
}

function migrations() {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS });
}
