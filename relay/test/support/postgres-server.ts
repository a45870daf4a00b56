import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { findPostgres } from '../../testing/postgres-binaries.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { freePort } from './free-port.ts';

const START_MS = 20_000;
const RETRY_MS = 50;

/**
 * Runs a server in the folder `$0` until it reads the signal to end it by. Once the process that
 * started it is gone, however it ended, the server ends, too, and its folder is removed.
 */
const KEEPER = `
trap '' INT TERM HUP
"$@" <&- & server=$!
read -r signal
kill -"\${signal:-QUIT}" $server
wait $server
[ -n "$signal" ] || rm -rf "$0"
`;

/** A server of the system's own Postgres, on a free port, with its data in a folder of its own. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #dir: string;
  readonly #bin: string;
  readonly #settings: readonly string[];
  #keeper: ChildProcessByStdio<Writable, null, null>;
  #databases = 0;

  private constructor(dir: string, port: number, bin: string, settings: readonly string[]) {
    this.#settings = settings;
    this.#dir = dir;
    this.port = port;
    this.#bin = bin;
    this.#keeper = this.#spawn();
  }

  /**
   * @param settings - `name=value` each, for this server alone
   * @throws Error that says what to install
   */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const bin = findPostgres();
    if (bin === undefined) {
      throw new Error(
        'These tests need a Postgres server: install it with "apt-get install postgresql" as root.',
      );
    }
    const dir = await mkdtemp(join(tmpdir(), 'parley-postgres-'));
    const as = unprivileged();
    if (as !== undefined) await chown(dir, as.uid, as.gid);
    const data = join(dir, 'data');
    const making = spawn(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'owner', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
      { ...as, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const [problem, [status]] = await Promise.all([text(making.stderr), once(making, 'exit')]);
    if (status !== 0) throw new Error(`initdb failed: ${problem}`);
    const port = await freePort();
    const server = new PostgresServer(dir, port, bin, settings);
    await server.#answers();
    return server;
  }

  /** Where its Unix socket is. */
  get folder(): string {
    return this.#dir;
  }

  url(database: string): string {
    return `postgres://owner@127.0.0.1:${this.port}/${database}`;
  }

  /** A new, empty database. */
  async create(): Promise<string> {
    const name = `test_${this.#databases++}`;
    await this.query('postgres', `create database ${name}`);
    return name;
  }

  query(database: string, statement: string): Promise<readonly Record<string, unknown>[]> {
    return queryPostgres(this.url(database), statement);
  }

  async #answers(): Promise<void> {
    const endMs = performance.now() + START_MS;
    for (;;) {
      try {
        await this.query('postgres', 'select 1');
        return;
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await sleep(systemClock, RETRY_MS, AbortSignal.any([]));
      }
    }
  }

  /** Ends it as its operator would, at once for all clients. */
  stop(): Promise<void> {
    return this.#end('INT');
  }

  /** Starts it again, with what it had. */
  async restart(): Promise<void> {
    this.#keeper = this.#spawn();
    await this.#answers();
  }

  #spawn(): ChildProcessByStdio<Writable, null, null> {
    const dir = this.#dir;
    const settings = [
      'fsync=off',
      `unix_socket_directories=${dir}`,
      'max_connections=100',
      ...this.#settings,
    ].flatMap((one) => ['-c', one]);
    const where = ['-D', join(dir, 'data'), '-p', String(this.port), '-h', '127.0.0.1'];
    const server = [join(this.#bin, 'postgres'), ...where, ...settings];
    return spawn('sh', ['-c', KEEPER, dir, ...server], {
      ...unprivileged(),
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  async #end(signal: 'INT' | 'QUIT'): Promise<void> {
    if (this.#keeper.exitCode !== null || this.#keeper.signalCode !== null) return;
    const ended = once(this.#keeper, 'exit');
    this.#keeper.stdin.end(`${signal}\n`);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('QUIT');
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** @param url - of a database. @returns the rows that a statement gives */
export async function queryPostgres(
  url: string,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Postgres refuses to run as root. @returns whose its files must be, if it runs as another */
export function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim());
  return { uid: idOf('-u'), gid: idOf('-g') };
}
