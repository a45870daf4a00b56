import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** What queries are built and run with, of either driver. */
export type Queries = PgDatabase<PgQueryResultHKT>;

/** A database of Postgres: the embedded one, or one on a server. */
export interface Database {
  /**
   * Runs `work` in one transaction, with nothing left in the connection after it: behind a pooler in
   * transaction mode the next transaction may run on another one.
   *
   * @throws what `work` threw, after a rollback, or the driver's error
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Frees what deleted rows held and counts what is left; undefined: the server does so itself. */
  readonly vacuum?: () => Promise<void>;
  close(): Promise<void>;
}

/** SQLSTATE classes that blame the data: the same record would be refused for ever. */
const DATA_FAULTS: ReadonlySet<string> = new Set(['22', '23']);

/** The error code of Postgres, at any depth of the error; undefined if it has none. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

/** Whether the database works and only the data is at fault. */
export function isDataFault(error: unknown): boolean {
  return DATA_FAULTS.has(sqlState(error)?.slice(0, 2) ?? '');
}

/** SQLSTATE classes of a database that is lost, full, shutting down or broken. */
const OUTAGES: ReadonlySet<string> = new Set(['08', '53', '57', '58', 'XX']);
/** The one of them that is about a query: it took too long. */
const QUERY_CANCELED = '57014';

/** Whether the database works and only this one query failed. */
export function isQueryFault(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state === QUERY_CANCELED || !OUTAGES.has(state.slice(0, 2)));
}

/**
 * What may be said of a database's error in a log: its code and first line. The query with its
 * values, which drizzle adds, and the failing row, which Postgres adds, hold what people said.
 */
export function withoutData(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return 'unknown error';
  const state = sqlState(cause);
  const { code } = cause as { code?: unknown };
  const name = state ?? (typeof code === 'string' ? code : cause.name);
  return isDataFault(cause) ? name : `${name}: ${cause.message.split('\n', 1)[0]?.slice(0, 300)}`;
}
