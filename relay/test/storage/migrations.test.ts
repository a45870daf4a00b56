import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, it } from 'vitest';
import { MIGRATIONS, migrate } from '../../src/keeping/storage/migrate.ts';
import { openPostgres } from '../../src/keeping/storage/postgres-database.ts';
import * as schema from '../../src/keeping/storage/schema.ts';
import { asUser } from '../../src/keeping/storage/user-transaction.ts';
import { queryPostgres } from '../support/postgres-server.ts';
import { newDatabase } from '../support/postgres.ts';

type Snapshot = ReturnType<typeof generateDrizzleJson>;

// When this fails, write the missing one: `npx drizzle-kit generate --name what-changes` in relay.
it('the migrations make what the schema says', async () => {
  const meta = join(MIGRATIONS, 'meta');
  const latest = readdirSync(meta)
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1)!;
  const made = JSON.parse(readFileSync(join(meta, latest), 'utf8')) as Snapshot;
  expect(await generateMigration(made, generateDrizzleJson(schema, made.id))).toEqual([]);
});

it('an owner of the database who may make no roles uses the one that an administrator made', async () => {
  const url = await newDatabase();
  const name = new URL(url).pathname.slice(1);
  // `parley_user` is there: the server that the tests share has it.
  await queryPostgres(
    url,
    `create role modest login; grant parley_user to modest; alter database ${name} owner to modest`,
  );
  const database = openPostgres(url.replace('owner@', 'modest@'));
  try {
    await migrate(database);
    const rows = await asUser(database, 'guest_x', (queries) =>
      queries.select().from(schema.turns),
    );
    expect(rows).toEqual([]);
  } finally {
    await database.close();
  }
}, 60_000);
