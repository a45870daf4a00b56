import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/keeping/storage/migrate.ts';
import { openPostgres } from '../../src/keeping/storage/postgres-database.ts';
import { serveHttp } from './http-server.ts';
import { PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test asks for a database, see `postgres.ts`. */
    readonly postgres: string;
  }
}

/**
 * One server of Postgres for all test files, made when the first of them asks for a database.
 *
 * @returns what ends it
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | undefined;
  const { url, close } = await serveHttp((_, response) => {
    server ??= startServer();
    server
      .then(async (started) => response.end(started.url(await started.create())))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  project.provide('postgres', url);
  return async () => {
    close();
    const started = await server?.catch(() => undefined);
    await started?.[Symbol.asyncDispose]();
  };
}

async function startServer(): Promise<PostgresServer> {
  const server = await PostgresServer.start();
  // Roles belong to the whole server: they are there before databases are migrated side by side.
  const database = openPostgres(server.url(await server.create()));
  await migrate(database);
  await database.close();
  return server;
}
