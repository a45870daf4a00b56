import { sql } from 'drizzle-orm';
import type { Database, Queries } from './database.ts';

/**
 * Runs queries as a user: the database shows and changes that user's rows only, for any query. Role
 * and claims end with the transaction.
 */
export function asUser<T>(
  database: Database,
  userId: string,
  work: (queries: Queries) => Promise<T>,
): Promise<T> {
  return database.transaction(async (queries) => {
    const claims = JSON.stringify({ sub: userId, role: 'parley_user' });
    await queries.execute(sql`select set_config('request.jwt.claims', ${claims}, true)`);
    await queries.execute(sql`set local role parley_user`);
    return work(queries);
  });
}
