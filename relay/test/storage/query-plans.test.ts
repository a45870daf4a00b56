import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selectTurnsBetween } from '../../src/keeping/storage/usage-queries.ts';
import { callOf, sessionEnd, START_MS, turnRecord } from '../support/records.ts';
import { BACKENDS, TestDatabases } from '../support/test-databases.ts';

const DAYS = 40;
const TURNS_OF_DAY = 100;
const DAY_MS = 86_400_000;

let databases: TestDatabases;
beforeAll(async () => {
  databases = await TestDatabases.start();
}, 60_000);
afterAll(() => databases[Symbol.asyncDispose]());

it.each(BACKENDS)(
  'the %s database finds the turns of a day by their time, not by reading all',
  async (kind) => {
    const { service, database } = await databases.open(kind);
    const call = callOf('guest_weeks');
    expect(await service.write([turnRecord(call, 1), sessionEnd(call)])).toEqual([]);
    const plan = await database.transaction(async (queries) => {
      // Weeks of calls: copies of the one turn, further and further back.
      await queries.execute(sql`
        insert into parley.turns
        select (jsonb_populate_record(turns, jsonb_build_object(
          'id', turns.id || '_' || n,
          'at', turns.at - n * make_interval(secs => ${DAY_MS / 1_000 / TURNS_OF_DAY})
        ))).*
        from parley.turns, generate_series(1, ${DAYS * TURNS_OF_DAY}::int) n`);
      await queries.execute(sql`analyze parley.turns`);
      const query = selectTurnsBetween(queries, 'here', START_MS - DAY_MS, START_MS);
      return JSON.stringify(await queries.execute(sql`explain ${query.getSQL()}`));
    });
    expect(plan).toContain('turns_by_age');
    expect(plan).not.toContain('Seq Scan on turns');
    await service.close();
  },
  60_000,
);
