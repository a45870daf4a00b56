import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrate.ts';
import * as schema from '../../src/storage/schema.ts';

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
