import { execFile } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres } from '../../testing/postgres-binaries.ts';
import { readConfig } from '../../src/base/config/config.ts';
import { migrate } from '../../src/keeping/storage/migrate.ts';
import { openPostgres } from '../../src/keeping/storage/postgres-database.ts';
import { Certificates } from '../support/certificates.ts';
import { PostgresServer, queryPostgres, unprivileged } from '../support/postgres-server.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { newDatabase } from '../support/postgres.ts';

const run = promisify(execFile);
const ENCRYPTED = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
const MODES = ['', 'disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

let certificates: Certificates;
let root: string;
let withTls: PostgresServer;
let withoutTls: string;
beforeAll(async () => {
  certificates = await Certificates.open();
  const { certPath, keyPath } = await certificates.make('postgres');
  root = certPath;
  const hba = join(certificates.folder, 'pg_hba.conf');
  await writeFile(
    hba,
    [
      'local all all trust',
      'host all owner 127.0.0.1/32 trust',
      'hostssl all encrypted 127.0.0.1/32 trust',
      'hostnossl all plain 127.0.0.1/32 trust',
    ].join('\n'),
  );
  const as = unprivileged();
  for (const path of [certificates.folder, certPath, keyPath, hba]) {
    if (as !== undefined) await chown(path, as.uid, as.gid);
  }
  withTls = await PostgresServer.start([
    'ssl=on',
    `ssl_cert_file=${certPath}`,
    `ssl_key_file=${keyPath}`,
    `hba_file=${hba}`,
  ]);
  await withTls.query('postgres', 'create role encrypted login; create role plain login');
  withoutTls = await newDatabase();
}, 60_000);
afterAll(async () => {
  await withTls[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

/** What libpq itself makes of an address. */
async function ofPsql(url: string): Promise<string> {
  const program = join(findPostgres()!, 'psql');
  // In another home there may be certificates.
  const env = { ...process.env, HOME: certificates.folder };
  const { stdout } = await run(program, [url, '-XAtc', ENCRYPTED], { env }).catch(() => ({
    stdout: 'refused',
  }));
  return stdout.trim().replace(/^t$/, 'encrypted').replace(/^f$/, 'plain');
}

async function ofParley(url: string): Promise<string> {
  let database: ReturnType<typeof openPostgres> | undefined;
  try {
    const { databaseUrl } = readConfig({ DATABASE_URL: url }).storage;
    database = openPostgres(databaseUrl!);
    const found = await database.transaction((queries) => queries.execute(sql.raw(ENCRYPTED)));
    const [row] = (found as { rows: [{ ssl: boolean }] }).rows;
    return row.ssl ? 'encrypted' : 'plain';
  } catch {
    return 'refused';
  } finally {
    await database?.close();
  }
}

/** Addresses of all modes, as this user, with and without the certificate of the authority. */
function addresses(base: string): readonly string[] {
  return MODES.flatMap((mode) => [
    ...(mode === '' ? [base] : [`${base}?sslmode=${mode}`]),
    ...(mode === '' ? [] : [`${base}?sslmode=${mode}&sslrootcert=${root}`]),
  ]);
}

describe('an address of Postgres', () => {
  it.each(['owner', 'encrypted', 'plain'])(
    'means what it means to libpq, with TLS, as the role "%s"',
    async (role) => {
      const base = withTls.url('postgres').replace('owner@', `${role}@`);
      for (const url of addresses(base)) {
        expect([url, await ofParley(url)]).toEqual([url, await ofPsql(url)]);
      }
    },
    60_000,
  );

  it('means what it means to libpq, without TLS', async () => {
    for (const url of addresses(withoutTls)) {
      expect([url, await ofParley(url)]).toEqual([url, await ofPsql(url)]);
    }
  }, 60_000);

  it.each(['allow', 'prefer'])(
    'with %s names what the server without TLS refuses',
    async (mode) => {
      const url = new URL(`${withoutTls}?sslmode=${mode}`);
      url.username = 'stranger';
      const database = openPostgres(url.href);
      const asked = database.transaction(async () => {});
      await expect(asked).rejects.toThrow(/stranger/);
      await database.close();
    },
  );

  it('means what it means to libpq, for another name and authority', async () => {
    const { certPath } = await certificates.make('stranger');
    const base = withTls.url('postgres');
    for (const url of [
      `${base}?sslmode=verify-full&sslrootcert=${certPath}`,
      `${base}?sslmode=verify-ca&sslrootcert=${certPath}`,
      `${base}?sslmode=require&sslrootcert=${certPath}`,
      `${base.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${root}`,
    ]) {
      expect([url, await ofParley(url)]).toEqual([url, await ofPsql(url)]);
    }
  }, 60_000);

  it('of a Unix socket is never encrypted', async () => {
    const { folder, port } = withTls;
    for (const url of [
      `postgres://owner@/postgres?host=${folder}&port=${port}`,
      `postgres://owner@/postgres?host=${folder}&port=${port}&sslmode=require`,
      `postgres:///postgres?user=owner&host=${folder}&port=${port}`,
      `postgres://owner@${encodeURIComponent(folder)}:${port}/postgres?sslmode=prefer`,
    ]) {
      expect([url, await ofParley(url)]).toEqual([url, await ofPsql(url)]);
      expect(await ofParley(url)).toBe('plain');
    }
  });

  it('takes its mode from PGSSLMODE if it has none', async () => {
    try {
      for (const mode of MODES.slice(1)) {
        vi.stubEnv('PGSSLMODE', mode);
        for (const url of [withoutTls, withTls.url('postgres')]) {
          expect([mode, await ofParley(url)]).toEqual([mode, await ofPsql(url)]);
        }
      }
    } finally {
      vi.unstubAllEnvs();
    }
  }, 60_000);

  it.each([
    ['sslmode=no-verify', '"no-verify" is not an sslmode; expected one of disable, allow'],
    ['sslmode=verify-ca', 'sslmode=verify-ca needs sslrootcert'],
    ['sslmode=require&sslrootcert=system', 'sslrootcert=system needs sslmode=verify-full'],
    ['sslmode=verify-full&sslrootcert=/nowhere/root.crt', 'The file of sslrootcert cannot be read'],
    ['host=one,two', 'expected postgres URL of one host'],
  ])('with %s is refused in a sentence that names the cause', (query, sentence) => {
    const address = `postgres://user:secret@host/name?${query}`;
    expect(() => readConfig({ DATABASE_URL: address })).toThrow(sentence);
    expect(() => readConfig({ DATABASE_URL: address })).not.toThrow('secret');
  });
});

describe('a role of Postgres that lacks a right', () => {
  const GRANTS = /create role parley_user .*; grant parley_user to (\w+); grant create on database/;

  async function refusalOf(url: string): Promise<string> {
    const database = openPostgres(url);
    try {
      return await migrate(database).then(
        () => 'none',
        (error: Error) => error.message,
      );
    } finally {
      await database.close();
    }
  }

  it.each([
    ['may not make the role of its queries', 'alter database DB owner to ROLE', 'parley_user'],
    ['may make no schema', 'grant parley_user to ROLE', 'permission denied for database'],
    [
      'is another than the owner of the tables',
      'grant parley_user to ROLE; grant create on database DB to ROLE; grant all on schema parley, parley_migrations to ROLE; grant all on all tables in schema parley, parley_migrations to ROLE',
      'the tables of the schema parley belong to another role',
    ],
  ])('is told at the start what to grant if it %s', async (_, given, cause) => {
    const url = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const role = `lacking_${name}`;
    if (given.includes('schema')) await refusalOf(url);
    await queryPostgres(
      url,
      `create role ${role} login; ${given.replaceAll('DB', name).replaceAll('ROLE', role)}`,
    );
    const refusal = await refusalOf(url.replace('owner@', `${role}@`));
    expect(refusal).toContain(cause);
    expect(GRANTS.exec(refusal)?.[1]).toBe(role);
  });

  it('is told so by its server if that has no such role', async () => {
    await using server = await PostgresServer.start();
    const name = await server.create();
    await server.query(name, `create role modest login; alter database ${name} owner to modest`);
    const url = server.url(name).replace('owner@', 'modest@');
    const refusal = await refusalOf(url);
    expect(refusal).toContain('permission denied to create role');
    await using relay = await RelayProcess.start({ env: { STORAGE: 'on', DATABASE_URL: url } });
    const isTold = ({ problems }: { problems: readonly { code: string; message: string }[] }) =>
      problems.some(({ code, message }) => code === 'storage_behind' && GRANTS.test(message));
    await relay.untilHealth(isTold);
    expect(relay.logs.lines.filter((line) => GRANTS.test(line))).toHaveLength(1);
    // What it says is enough.
    await server.query(
      name,
      'create role parley_user nologin noinherit; grant parley_user to modest',
    );
    await relay.untilHealth((health) => !isTold(health));
  }, 60_000);
});
