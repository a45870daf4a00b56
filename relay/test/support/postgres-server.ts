import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import pg from 'pg';
import { findPostgres } from '../../testing/postgres-binaries.ts';
import { sleep, systemClock } from '../../src/lib/clock.ts';

const START_MS = 20_000;
const RETRY_MS = 50;

/** A server of the system's own Postgres, on a free port, with its data in a folder of its own. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #dir: string;
  readonly #bin: string;
  #child: ChildProcess;
  #databases = 0;

  private constructor(dir: string, port: number, bin: string) {
    this.#dir = dir;
    this.port = port;
    this.#bin = bin;
    this.#child = this.#spawn();
  }

  /** @throws Error that says what to install */
  static async start(): Promise<PostgresServer> {
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
    const made = spawnSync(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'owner', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
      { ...as, cwd: dir, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    const port = await freePort();
    const server = new PostgresServer(dir, port, bin);
    await server.#answers();
    return server;
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

  async query(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
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
    return this.#end('SIGINT');
  }

  /** Starts it again, with what it had. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#answers();
  }

  #spawn(): ChildProcess {
    const dir = this.#dir;
    const settings = ['fsync=off', `unix_socket_directories=${dir}`, 'max_connections=40'].flatMap(
      (one) => ['-c', one],
    );
    const where = ['-D', join(dir, 'data'), '-p', String(this.port), '-h', '127.0.0.1'];
    return spawn(join(this.#bin, 'postgres'), [...where, ...settings], {
      ...unprivileged(),
      cwd: dir,
      stdio: 'ignore',
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGQUIT');
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** Postgres refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
