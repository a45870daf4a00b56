import { getTableColumns, getTableName, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Queries } from './database.ts';

/** Every column, also those with a default: what is missing would be null. */
type WholeRow<T extends PgTable> = {
  readonly [column in keyof T['$inferSelect']]: T['$inferSelect'][column];
};

/** Half of a pair of surrogates, as JSON writes it; Postgres takes it in no text. */
const LONE_SURROGATE = /\\ud[89a-f][0-9a-f]{2}/;

/**
 * Inserts rows of a table of the schema `parley`: one statement with one parameter, a JSON array,
 * however many they are. A parameter for each value takes three times as long, most of it in building
 * the statement and reading it again.
 *
 * @param rows - none: nothing is asked; columns that the table does not have are left out
 * @param onConflict - what follows `on conflict`
 * @throws the database's error
 */
export async function insertRows<T extends PgTable>(
  queries: Queries,
  table: T,
  rows: readonly WholeRow<T>[],
  onConflict: SQL,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(getTableColumns(table));
  const named = rows.map((row) =>
    Object.fromEntries(columns.map(([key, { name }]) => [name, row[key as keyof typeof row]])),
  );
  const target = sql.raw(`parley.${getTableName(table)}`);
  const names = sql.raw(columns.map(([, { name }]) => `"${name}"`).join(', '));
  // As text first: drivers would write a parameter of the type json as JSON once more.
  await queries.execute(
    sql`insert into ${target} (${names}) select ${names} from json_populate_recordset(null::${target}, ${textOf(named)}::text::json) on conflict ${onConflict}`,
  );
}

function textOf(rows: readonly object[]): string {
  const json = JSON.stringify(rows);
  if (!LONE_SURROGATE.test(json)) return json;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}
