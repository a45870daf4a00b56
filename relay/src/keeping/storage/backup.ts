import { asc, getTableColumns, gt, sql } from 'drizzle-orm';
import { isDataFault, type Database, type Queries } from './database.ts';
import { migrateIn, migrationNames } from './migrate.ts';
import { TABLES } from './schema.ts';

const FORMAT = 1;
const PAGE = 500;

type TableName = keyof typeof TABLES;
type Row = Record<string, unknown> & { readonly id: string };

/** A backup that cannot be restored; the message says why. */
export class BackupError extends Error {}

/**
 * Writes down all that a database holds, as it is at one instant, the embedded one or one on a
 * server: lines of JSON, the same for both, so that one can be restored into the other.
 *
 * @param write - takes a line without its newline
 * @returns how many rows there are
 */
export function backUp(
  database: Database,
  write: (line: string) => Promise<void>,
): Promise<number> {
  return database.transaction(async (queries) => {
    await queries.execute(sql`set transaction isolation level repeatable read, read only`);
    await write(JSON.stringify({ parley_backup: FORMAT, migrations: migrationNames() }));
    let rows = 0;
    for (const name of Object.keys(TABLES) as TableName[]) {
      for await (const row of rowsOf(queries, name)) {
        await write(JSON.stringify({ table: name, row }));
        rows++;
      }
    }
    await write(JSON.stringify({ rows }));
    return rows;
  });
}

/**
 * Restores a backup, all of it or nothing.
 *
 * @param isForced - what the database holds is deleted first
 * @returns how many rows there are
 * @throws BackupError if the backup is damaged or of a newer version, or the database is not empty
 */
export function restore(
  database: Database,
  lines: AsyncIterable<string>,
  isForced: boolean,
): Promise<number> {
  return database.transaction(async (queries) => {
    if (isForced) {
      await queries.execute(sql`drop schema if exists parley cascade`);
      await queries.execute(sql`drop schema if exists parley_migrations cascade`);
    }
    await migrateIn(queries);
    if (!isForced && !(await isEmpty(queries))) {
      throw new BackupError('The database is not empty; --force deletes what it holds.');
    }
    let rows = 0;
    let expected: number | undefined;
    let isBegun = false;
    let waiting: { readonly table: TableName; readonly rows: Row[] } | undefined;
    const flush = async () => {
      if (waiting !== undefined) await insert(queries, waiting.table, waiting.rows);
      waiting = undefined;
    };
    for await (const text of lines) {
      const line = parse(text);
      if (!isBegun) checkHeader(line);
      else if (typeof line['rows'] === 'number') expected = line['rows'];
      else {
        const table = line['table'] as TableName;
        if (!Object.hasOwn(TABLES, table)) throw damaged();
        if (waiting?.table !== table || waiting.rows.length >= PAGE) await flush();
        waiting ??= { table, rows: [] };
        waiting.rows.push(line['row'] as Row);
        rows++;
      }
      isBegun = true;
    }
    await flush();
    if (expected !== rows) throw damaged();
    return rows;
  });
}

async function* rowsOf(queries: Queries, name: TableName): AsyncGenerator<Row> {
  const table = TABLES[name];
  for (let after = ''; ;) {
    const page = (await queries
      .select()
      .from(table)
      .where(gt(table.id, after))
      .orderBy(asc(table.id))
      .limit(PAGE)) as Row[];
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

async function insert(queries: Queries, name: TableName, rows: readonly Row[]): Promise<void> {
  const columns = Object.entries(getTableColumns(TABLES[name]));
  const values = rows.map((row) =>
    Object.fromEntries(
      columns.map(([key, { dataType }]) => {
        const value = row[key];
        const isDate = dataType === 'date' && typeof value === 'string';
        return [key, isDate ? new Date(value) : value];
      }),
    ),
  );
  try {
    await queries.insert(TABLES[name]).values(values as never);
  } catch (error) {
    throw isDataFault(error) ? damaged() : error;
  }
}

async function isEmpty(queries: Queries): Promise<boolean> {
  for (const table of Object.values(TABLES)) {
    if ((await queries.select({ id: table.id }).from(table).limit(1)).length > 0) return false;
  }
  return true;
}

function checkHeader(line: Readonly<Record<string, unknown>>): void {
  const { parley_backup: format, migrations } = line;
  if (format !== FORMAT || !Array.isArray(migrations)) {
    throw new BackupError('This file is not a backup of Parley.');
  }
  const known = migrationNames();
  if (!migrations.every((name) => known.includes(name as string))) {
    throw new BackupError('This backup is of a newer Parley; restore it with that one.');
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw damaged();
  }
}

function damaged(): BackupError {
  return new BackupError('This backup is damaged, or was not written to its end.');
}
