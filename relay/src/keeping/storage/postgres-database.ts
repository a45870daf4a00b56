import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { sqlState, type Database } from './database.ts';

/** Little is written, and in batches; poolers of small plans have few connections to give. */
const MAX_CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** A server that is alive ends a statement before the client gives up on it. */
const STATEMENT_MS = 8_000;
const ANSWER_MS = 10_000;
const IDLE_MS = 60_000;

/**
 * Postgres on a server, directly or through a pooler in transaction mode: no statement has a name,
 * and settings hold for one transaction.
 *
 * @param url - as libpq reads it, `sslmode` included
 */
export function openPostgres(url: string): Database {
  const asLibpq = new URL(url);
  // Else `require` would check certificates, which those of Supabase's poolers do not pass.
  asLibpq.searchParams.set('uselibpqcompat', 'true');
  const pool = new pg.Pool({
    connectionString: asLibpq.href,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    application_name: 'parley',
  });
  // The query that was under way gets the error too; without a listener it would end the thread.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    async transaction(work) {
      const client = await pool.connect();
      let isBroken = true;
      try {
        await client.query('begin');
        await client.query(`set local statement_timeout = ${STATEMENT_MS}`);
        const result = await work(drizzle(client));
        await client.query('commit');
        isBroken = false;
        return result;
      } catch (error) {
        // Of a server that answers; any other connection is not used again.
        isBroken = sqlState(error) === undefined;
        if (!isBroken) await client.query('rollback').catch(() => (isBroken = true));
        throw error;
      } finally {
        client.release(isBroken);
      }
    },
    close: () => pool.end(),
  };
}
