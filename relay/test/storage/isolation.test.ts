import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlState } from '../../src/keeping/storage/database.ts';
import { asUser } from '../../src/keeping/storage/user-transaction.ts';
import { callOf, ledgerRecord, turnRecord } from '../support/records.ts';
import { BACKENDS, TestDatabases, type TestDatabase } from '../support/test-databases.ts';

const USERS = 12;
const TABLES = ['users', 'conversations', 'sessions', 'turns', 'ledger', 'recordings'];

let databases: TestDatabases;
beforeAll(async () => {
  databases = await TestDatabases.start();
}, 60_000);
afterAll(() => databases[Symbol.asyncDispose]());

describe.each(BACKENDS)('a dozen users in the %s database', (kind) => {
  const names = Array.from({ length: USERS }, (_, index) => `guest_${index}`);
  // Of characters that could end a string or a JSON text.
  const odd = [`guest_'; reset role; --`, `guest_"},{"sub":"guest_1`, 'guest_%', 'guest_\\'];
  let test: TestDatabase;
  beforeAll(async () => {
    test = await databases.open(kind);
    for (const name of [...names, ...odd]) {
      const call = callOf(name);
      await test.service.write([
        turnRecord(call, 1),
        ledgerRecord(call, 1),
        {
          type: 'recording',
          id: `rec_${name}`,
          call,
          atMs: call.startedAtMs,
          file: `${call.sessionId}.rec`,
          bytes: 1,
          durationMs: 1,
          key: null,
        },
      ]);
    }
  }, 60_000);
  afterAll(() => test.service.close());

  /** What a statement gives when it is run as a user, or the error's code. */
  async function run(userId: string, statement: string): Promise<unknown> {
    try {
      const result = await asUser(test.database, userId, (queries) =>
        queries.execute(sql.raw(statement)),
      );
      return (result as { rows: unknown[] }).rows;
    } catch (error) {
      return sqlState(error);
    }
  }

  it('each sees their own rows in every table, and no other', async () => {
    for (const name of [...names, ...odd]) {
      for (const table of TABLES) {
        const owner = table === 'users' ? 'id' : 'user_id';
        const rows = await run(name, `select ${owner} as owner from parley.${table}`);
        expect([table, rows]).toEqual([table, [{ owner: name }]]);
      }
    }
  });

  it('none reaches a row of another, whatever is asked for', async () => {
    for (const [index, me] of names.entries()) {
      const other = names[(index * 5 + 1) % USERS]!;
      const { conversationId } = callOf(other);
      expect(await test.service.conversation(me, conversationId)).toBeUndefined();
      expect(await test.service.messages(me, conversationId)).toBeUndefined();
      expect(await test.service.rename(me, conversationId, 'mine')).toBe(false);
      expect(await test.service.remove(me, conversationId)).toBe(false);
    }
    const titles = await run(names[3]!, 'select title from parley.conversations');
    expect(titles).toEqual([{ title: 'What is 1 plus two?' }]);
  });

  it.each([
    ["update parley.conversations set title = 'x' where user_id <> 'guest_0' returning id", []],
    ["delete from parley.conversations where user_id <> 'guest_0' returning id", []],
    ["delete from parley.users where id <> 'guest_0' returning id", []],
    ["update parley.conversations set user_id = 'guest_1'", '42501'],
    ["insert into parley.users values ('guest_x', 'guest', 'guest', now(), now())", '42501'],
    ["update parley.turns set user_text = 'x'", '42501'],
    ['update parley.ledger set micro_usd = 0', '42501'],
    ['delete from parley.ledger', '42501'],
    ['select * from parley.removed_conversations', '42501'],
    ['alter table parley.turns disable row level security', '42501'],
    ['drop table parley.turns', '42501'],
    ['create table parley.mine (id int)', '42501'],
    ['set session authorization default', '42501'],
  ])('as guest_0, %s', async (statement, outcome) => {
    const got = await run('guest_0', statement);
    // Becoming the relay again is useless: the transaction is over with the statement.
    if (statement.startsWith('set session')) return;
    expect(got).toEqual(outcome);
  });

  it('without a user no row is there', async () => {
    const counts = await test.database.transaction(async (queries) => {
      await queries.execute(sql.raw('set local role parley_user'));
      return queries.execute(sql.raw('select count(*)::int as n from parley.turns'));
    });
    expect(counts).toMatchObject({ rows: [{ n: 0 }] });
  });
});
