import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { isSocket, sslModeOf } from '../../base/config/storage-settings.ts';
import { sqlState, type Database } from './database.ts';

/** Little is written, and in batches; poolers of small plans have few connections to give. */
const MAX_CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** A server that is alive ends a statement before the client gives up on it. */
const STATEMENT_MS = 8_000;
const ANSWER_MS = 10_000;
const IDLE_MS = 60_000;
/** The modes in which libpq tries both kinds of connection, in turn; the driver knows one each. */
const ATTEMPTS: Readonly<Record<string, readonly [string, string]>> = {
  allow: ['disable', 'prefer'],
  prefer: ['prefer', 'disable'],
};
/** SQLSTATE classes of a server that refuses any connection: it has no room, or is going down. */
const REFUSES_ALL = /^5[37]/;

/**
 * Postgres on a server, directly or through a pooler in transaction mode: no statement has a name,
 * and settings hold for one transaction.
 *
 * @param url - as libpq reads it, `sslmode` included
 */
export function openPostgres(url: string): Database {
  const mode = isSocket(url) ? 'disable' : sslModeOf(url, process.env);
  let [present, other] = (ATTEMPTS[mode] ?? [mode]).map((attempt) => forDriver(url, attempt));
  const pool = new pg.Pool({
    connectionString: present,
    enableChannelBinding: new URL(url).searchParams.get('channel_binding') === 'require',
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
  const useOther = () => {
    [present, other] = [other, present];
    pool.options.connectionString = present;
  };
  /** What worked last is tried first: a server without TLS is not asked for it each time. */
  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      if (other === undefined || !isRefusal(error)) throw error;
      useOther();
      try {
        return await pool.connect();
      } catch (second) {
        useOther();
        // What the server says of role or database, rather than that it has no TLS.
        throw sqlState(second) === undefined ? error : second;
      }
    }
  };
  return {
    async transaction(work) {
      const client = await connect();
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

function forDriver(url: string, mode: string): string {
  const address = new URL(url);
  const { searchParams } = address;
  // Else `require` would check certificates, which those of Supabase's poolers do not pass.
  searchParams.set('uselibpqcompat', 'true');
  searchParams.set('sslmode', mode);
  // Node's own list, which is what the driver takes without a file.
  if (searchParams.get('sslrootcert') === 'system') searchParams.delete('sslrootcert');
  return address.href;
}

/** Whether a server was reached that takes no connection of this kind. */
function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return !REFUSES_ALL.test(state);
  return error instanceof Error && /SSL|TLS/.test(error.message);
}
