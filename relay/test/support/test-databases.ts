import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/keeping/storage/database.ts';
import {
  DatabaseService,
  type DatabaseOptions,
} from '../../src/keeping/storage/database-service.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { openPglite } from '../../src/keeping/storage/pglite-database.ts';
import { openPostgres } from '../../src/keeping/storage/postgres-database.ts';
import { newDatabase } from './postgres.ts';

export const BACKENDS = ['embedded', 'postgres'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface TestDatabase {
  readonly service: DatabaseService;
  /** For statements of the test's own. */
  readonly database: Database;
  readonly recordingsDir: string;
}

/** Databases of both kinds, in this thread, with nothing in them. */
export class TestDatabases implements AsyncDisposable {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<TestDatabases> {
    return new TestDatabases(await mkdtemp(join(tmpdir(), 'parley-databases-')));
  }

  async open(
    kind: Backend,
    options: Partial<Pick<DatabaseOptions, 'sealing'>> = {},
  ): Promise<TestDatabase> {
    this.#count++;
    const at =
      kind === 'embedded'
        ? { dir: join(this.#folder, `db-${this.#count}`) }
        : { url: await newDatabase() };
    if ('dir' in at) await makeDatabaseTemplate();
    const recordingsDir = join(this.#folder, `recordings-${this.#count}`);
    let database: Database | undefined;
    const service = new DatabaseService(
      {
        database: at,
        recordingsDir,
        instance: 'here',
        sealing: { key: undefined, oldKeys: [] },
        ...options,
      },
      async () => (database = 'dir' in at ? await openPglite(at.dir) : openPostgres(at.url)),
    );
    await service.open();
    return { service, database: database!, recordingsDir };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
