import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from 'drizzle-orm';
import { titlePlace, turnPlace } from '../../src/keeping/storage/kept-texts.ts';
import { Sealing, UNREADABLE } from '../../src/keeping/storage/sealing.ts';
import { callOf, turnRecord } from '../support/records.ts';
import { TestDatabases } from '../support/test-databases.ts';

const KEY = Buffer.alloc(32, 1);
const NEXT_KEY = Buffer.alloc(32, 2);

let databases: TestDatabases;
beforeAll(async () => {
  databases = await TestDatabases.start();
}, 60_000);
afterAll(() => databases[Symbol.asyncDispose]());

/** A turn as it comes from a call. */
function sealed(number: number, sealing: Sealing, text: string) {
  const call = callOf('guest_1', `call_${number}`);
  const turn = turnRecord(call, 1);
  const user = sealing.seal(text, turnPlace(turn.id, 'user'));
  const reply = sealing.seal('Understood.', turnPlace(turn.id, 'reply'));
  const title = sealing.seal(text, titlePlace(call.conversationId));
  const { text: userText, key: textKey } = user;
  return { ...turn, userText, replyText: reply.text, textKey, title };
}

it('encrypted words are read, found and renamed, and stand nowhere in the database', async () => {
  const first = new Sealing({ key: KEY, oldKeys: [] });
  const rotated = { key: NEXT_KEY, oldKeys: [KEY] };
  const { service, database } = await databases.open('postgres', { sealing: rotated });
  await service.write([
    sealed(1, first, 'the garden gate'),
    sealed(2, new Sealing(rotated), 'the kitchen door'),
    sealed(3, new Sealing({ key: Buffer.alloc(32, 3), oldKeys: [] }), 'of a lost key'),
  ]);
  const titles = async (query?: string) => {
    const page = await service.conversations('guest_1', { limit: 9, ...(query && { query }) });
    return page.conversations.map(({ title }) => title).toSorted();
  };
  expect(await titles()).toEqual([UNREADABLE, 'the garden gate', 'the kitchen door']);
  expect(await titles('GARDEN')).toEqual(['the garden gate']);
  const detail = await service.conversation('guest_1', 'conv_call_1');
  expect(detail?.turns).toMatchObject([
    { user_text: 'the garden gate', reply_text: 'Understood.' },
  ]);
  await service.rename('guest_1', 'conv_call_1', 'the garden plan');
  expect(await titles('plan')).toEqual(['the garden plan']);
  const rows = await database.transaction((queries) =>
    queries.execute(
      sql`select c::text || t::text as text from parley.conversations c, parley.turns t`,
    ),
  );
  expect(JSON.stringify(rows)).not.toMatch(/garden|kitchen|Understood/);
  await service.close();
});
