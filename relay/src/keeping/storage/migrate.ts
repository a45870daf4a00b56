import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { sqlState, withoutData, type Database, type Queries } from './database.ts';

export const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** Any number that is the same in all relays: they migrate one after the other. */
const LOCK = 7_255_391;

/** SQLSTATE of a role that may not do what it was asked to. */
const NOT_ALLOWED = '42501';

/**
 * Brings the schema up to date, all of it or nothing, and sees that its role may do what the relay
 * needs of it. drizzle's own migrator takes no lock, and two relays that start together would run
 * the same statements.
 *
 * @throws the database's error; if its role lacks a right, one that says what to grant
 */
export function migrate(database: Pick<Database, 'transaction'>): Promise<void> {
  return database.transaction(async (queries) => {
    const found = await queries.execute(
      sql`select quote_ident(current_user) as role, quote_ident(current_database()) as name`,
    );
    const [{ role, name }] = (found as { rows: [{ role: string; name: string }] }).rows;
    try {
      await migrateIn(queries);
      await checkRights(queries);
    } catch (error) {
      if (sqlState(error) !== NOT_ALLOWED) throw error;
      const sentence = `${withoutData(error).replace(/^\w+: /, '')}. An administrator of the server must run: create role parley_user nologin noinherit; grant parley_user to ${role}; grant create on database ${name} to ${role};`;
      throw Object.assign(new Error(sentence), { code: NOT_ALLOWED });
    }
  });
}

/** Writes are the owner's, reads those of `parley_user`: either would fail only once it is needed. */
async function checkRights(queries: Queries): Promise<void> {
  await queries.execute(
    sql`do $$ begin
      if exists (
        select from pg_catalog.pg_class c, pg_catalog.pg_roles me
        where c.relnamespace = 'parley'::regnamespace and c.relkind = 'r' and me.rolname = current_user
          and not pg_has_role(c.relowner, 'usage') and not me.rolbypassrls
      ) then
        raise insufficient_privilege using message = 'the tables of the schema parley belong to another role';
      end if;
    end $$`,
  );
  await queries.execute(sql`set local role parley_user`);
  await queries.execute(sql`select from parley.turns limit 0`);
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
