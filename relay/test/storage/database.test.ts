import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlState } from '../../src/keeping/storage/database.ts';
import type { DatabaseService } from '../../src/keeping/storage/database-service.ts';
import { writeRecords } from '../../src/keeping/storage/record-writer.ts';
import { callOf, ledgerRecord, sessionEnd, START_MS, turnRecord } from '../support/records.ts';
import { BACKENDS, TestDatabases, type TestDatabase } from '../support/test-databases.ts';

const ALL = { limit: 30 };
const DAY = { from: '2026-11-22', to: '2026-11-22' };

let databases: TestDatabases;
beforeAll(async () => {
  databases = await TestDatabases.start();
}, 60_000);
afterAll(() => databases[Symbol.asyncDispose]());

describe.each(BACKENDS)('the %s database', (kind) => {
  let subject: TestDatabase;
  let service: DatabaseService;
  beforeAll(async () => {
    subject = await databases.open(kind);
    service = subject.service;
  }, 60_000);
  afterAll(() => service.close());

  /** A user with a conversation of three turns that cost something. */
  async function keep(userId: string) {
    const call = callOf(userId);
    const refused = await service.write([
      ...[1, 2, 3].map((number) => turnRecord(call, number)),
      ...[1, 2, 3].map((number) => ledgerRecord(call, number)),
      sessionEnd(call),
    ]);
    expect(refused).toEqual([]);
    return call;
  }

  it('gives back what was written', async () => {
    const { conversationId, sessionId } = await keep('guest_reader');
    const { conversations, next } = await service.conversations('guest_reader', ALL);
    expect(next).toBeNull();
    expect(conversations).toEqual([
      {
        id: conversationId,
        title: 'What is 1 plus two?',
        started_at: '2026-11-22T10:00:00.000Z',
        updated_at: '2026-11-22T10:00:03.000Z',
        duration_s: 60,
        turns: 3,
        cost_usd: 0.003702,
        is_live: false,
        has_recording: false,
        excerpt: null,
      },
    ]);
    const detail = await service.conversation('guest_reader', conversationId);
    expect(detail?.sessions).toEqual([
      {
        id: sessionId,
        started_at: '2026-11-22T10:00:00.000Z',
        ended_at: '2026-11-22T10:01:00.000Z',
        duration_s: 60,
        close_reason: 'normal',
        client: 'Chrome on Linux',
        cost_usd: 0.003702,
        has_recording: false,
      },
    ]);
    expect(detail?.turns.map(({ id }) => id)).toEqual(
      [1, 2, 3].map((n) => `turn_${sessionId}_${n}`),
    );
    expect(detail?.turns[1]).toMatchObject({
      at: '2026-11-22T10:00:02.000Z',
      offset_ms: 2_000,
      user_text: 'What is 2 plus two?',
      reply_text: 'It is 4.',
      timeline: { speech_end: 1, asr_final: 2.5 },
      providers: { transcriber: 'embedded' },
      cost_usd: 0.001234,
    });
    expect(await service.messages('guest_reader', conversationId)).toHaveLength(6);
    expect(await service.usage('guest_reader', DAY)).toEqual([
      {
        day: '2026-11-22',
        stage: 'generator',
        provider: 'openai',
        audio_s: 0,
        input_tokens: 300,
        output_tokens: 60,
        characters: 0,
        cost_usd: 0.003702,
      },
    ]);
  });

  it('stores what is written twice once, and the later revision of a turn', async () => {
    const call = callOf('guest_again');
    const first = turnRecord(call, 1);
    const second = turnRecord(call, 1, { revision: 2, replyText: 'It', wasInterrupted: true });
    await service.write([first, second, ledgerRecord(call, 1)]);
    await service.write([second, first, ledgerRecord(call, 1)]);
    const detail = await service.conversation('guest_again', call.conversationId);
    expect(detail?.turns).toMatchObject([{ reply_text: 'It', was_interrupted: true }]);
    expect(detail?.cost_usd).toBe(0.001234);
  });

  it('refuses a broken record and writes those around it', async () => {
    const call = callOf('guest_broken');
    const records = [1, 2, 3, 4, 5].map((number) => turnRecord(call, number));
    records[2] = { ...records[2]!, atMs: Number.NaN };
    const broken = { ...turnRecord(call, 6), call: undefined } as never;
    const refused = await service.write([...records, broken]);
    expect(refused.map(({ id }) => id)).toEqual([records[2].id, `turn_${call.sessionId}_6`]);
    expect(JSON.stringify(refused)).not.toContain('plus two');
    const detail = await service.conversation('guest_broken', call.conversationId);
    expect(detail?.turns).toHaveLength(4);
  });

  it('stores any text that a program can send', async () => {
    const call = callOf('guest_characters');
    const texts = ['\u{1F600} "quoted" \\ud83d \\u0000\n', 'half \uD83D of a pair', '{"id":1}'];
    const turns = texts.map((userText, index) => turnRecord(call, index + 1, { userText }));
    expect(await service.write(turns)).toEqual([]);
    const detail = await service.conversation('guest_characters', call.conversationId);
    expect(detail?.turns.map(({ user_text }) => user_text)).toEqual(
      texts.map((text) => text.toWellFormed()),
    );
  });

  it('lists page by page, and by date', async () => {
    const calls = Array.from({ length: 7 }, (_, index) => ({
      ...callOf('guest_pages', `pages_${index}`),
      // Two of them at the same instant.
      startedAtMs: START_MS + Math.floor(index / 2) * 86_400_000,
    }));
    await service.write(calls.map((call) => turnRecord(call, 1)));
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const page = await service.conversations('guest_pages', {
        limit: 3,
        ...(before !== null && { before }),
      });
      seen.push(...page.conversations.map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `conv_pages_${index}`));
    const query = { limit: 30, from: '2026-11-23', to: '2026-11-23' };
    const { conversations } = await service.conversations('guest_pages', query);
    expect(conversations.map(({ id }) => id)).toEqual(['conv_pages_3', 'conv_pages_2']);
  });

  it('finds words in any case, in what was said and in titles', async () => {
    const call = callOf('guest_search');
    const other = callOf('guest_search', 'search_other');
    await service.write([
      turnRecord(call, 1, { userText: 'Wo liegt ÄGYPTEN, 100% genau?', title: null }),
      turnRecord(other, 1, { replyText: 'Egypt lies in Africa.' }),
    ]);
    await service.rename('guest_search', other.conversationId, 'Holiday plans');
    const search = async (query: string) => {
      const { conversations } = await service.conversations('guest_search', { limit: 9, query });
      return conversations.map(({ id, excerpt }) => [id, excerpt]);
    };
    expect(await search('genau ägypten')).toEqual([
      [call.conversationId, 'Wo liegt ÄGYPTEN, 100% genau? … It is 3.'],
    ]);
    expect(await search('100%')).toHaveLength(1);
    expect(await search('1__%')).toEqual([]);
    expect(await search('holiday')).toEqual([[other.conversationId, null]]);
    expect(await search("'; drop table turns")).toEqual([]);
  });

  it('a renamed conversation keeps its name', async () => {
    const { conversationId } = await keep('guest_names');
    expect(await service.rename('guest_names', conversationId, 'Sums')).toBe(true);
    await keep('guest_names');
    const [conversation] = (await service.conversations('guest_names', ALL)).conversations;
    expect(conversation?.title).toBe('Sums');
  });

  it('a deleted conversation does not come back with records that are late', async () => {
    const call = await keep('guest_gone');
    expect(await service.remove('guest_gone', call.conversationId)).toBe(true);
    expect(await service.remove('guest_gone', call.conversationId)).toBe(false);
    expect(await service.write([turnRecord(call, 4), sessionEnd(call)])).toEqual([]);
    expect((await service.conversations('guest_gone', ALL)).conversations).toEqual([]);
  });

  it('a user who leaves takes everything with them but the amounts', async () => {
    const call = await keep('guest_leaver');
    await service.removeEverything('guest_leaver');
    expect((await service.conversations('guest_leaver', ALL)).conversations).toEqual([]);
    expect(await service.usage('guest_leaver', DAY)).toEqual([]);
    const left = await subject.database.transaction((queries) =>
      queries.execute(
        sql`select user_id from parley.ledger where session_id = ${call.sessionId} group by 1`,
      ),
    );
    expect(left).toMatchObject({
      rows: [{ user_id: expect.stringMatching(/^deleted_[0-9a-f-]{36}$/) }],
    });
  });

  it('the ledger lets nothing be changed or deleted, not even by its owner', async () => {
    await keep('guest_ledger');
    for (const statement of [
      'update parley.ledger set micro_usd = 0',
      "update parley.ledger set user_id = 'deleted_x'",
      "update parley.ledger set user_id = 'guest_other'",
      'delete from parley.ledger',
      'truncate parley.ledger',
    ]) {
      const changed = subject.database.transaction((queries) =>
        queries.execute(sql.raw(statement)),
      );
      const state = await changed.then(() => 'changed', sqlState);
      expect([statement, state]).toEqual([statement, '23001']);
    }
  });

  it('deletes what is older than it may be, and leaves the ledger', async () => {
    const old = callOf('guest_old');
    const young = { ...callOf('guest_old', 'young'), startedAtMs: START_MS + 20 * 86_400_000 };
    const mixed = callOf('guest_old', 'mixed');
    const goesOn = { ...mixed, sessionId: 'sess_mixed_2', startedAtMs: young.startedAtMs };
    await service.write([
      turnRecord(old, 1),
      ledgerRecord(old, 1),
      turnRecord(young, 1),
      turnRecord(mixed, 1),
      turnRecord(goesOn, 2),
      ...[old, young, mixed, goesOn].map((call) => sessionEnd(call)),
    ]);
    while (await service.removeOld(10, START_MS + 25 * 86_400_000));
    const { conversations } = await service.conversations('guest_old', ALL);
    expect(conversations.map(({ id, turns, title }) => [id, turns, title])).toEqual([
      ['conv_mixed', 1, '2026-11-22'],
      ['conv_young', 1, 'What is 1 plus two?'],
    ]);
    expect(await service.usage('guest_old', DAY)).toHaveLength(1);
  });

  it('sums up for the operator', async () => {
    const call = callOf('guest_sums');
    await service.write([ledgerRecord(call, 1), ledgerRecord(call, 2, { provider: 'deepgram' })]);
    const byUser = await service.groupedUsage({ by: 'user', ...DAY });
    expect(byUser.find(({ key }) => key === 'guest_sums')).toEqual({
      key: 'guest_sums',
      entries: 2,
      sessions: 1,
      audio_s: 0,
      input_tokens: 200,
      output_tokens: 40,
      characters: 0,
      cost_usd: 0.002468,
    });
    const byDay = await service.groupedUsage({ by: 'day', ...DAY });
    expect(byDay.map(({ key }) => key)).toEqual(['2026-11-22']);
    const { microUsd, byUser: spent } = await service.spentSince(START_MS);
    expect(spent.get('guest_sums')).toBe(2_468);
    expect(microUsd).toBe([...spent.values()].reduce((sum, one) => sum + one, 0));
  });

  it('a session that a relay left running has ended', async () => {
    const call = callOf('guest_lost');
    await service.write([turnRecord(call, 2)]);
    await service.endLostSessions(START_MS + 1);
    const detail = await service.conversation('guest_lost', call.conversationId);
    expect(detail).toMatchObject({
      is_live: false,
      sessions: [{ ended_at: '2026-11-22T10:00:02.000Z', close_reason: 'relay_stopped' }],
    });
  });

  it('a session that another relay goes on with runs, and ends when that one says so', async () => {
    const call = callOf('guest_moved');
    const sessionOf = async () => {
      const detail = await service.conversation('guest_moved', call.conversationId);
      return detail?.sessions[0];
    };
    await service.write([turnRecord(call, 1), sessionEnd(call, 2_000)]);
    await writeRecords(subject.database, 'there', [turnRecord(call, 5)]);
    // The relay that held it starts again.
    await service.endLostSessions(START_MS + 10_000);
    expect(await sessionOf()).toMatchObject({ ended_at: null, close_reason: null });
    await writeRecords(subject.database, 'there', [sessionEnd(call, 6_000)]);
    const ended = { ended_at: '2026-11-22T10:00:06.000Z', close_reason: 'normal' };
    expect(await sessionOf()).toMatchObject(ended);
  });

  it('finds what was said long before much that holds the same word', async () => {
    const [old, recent] = [callOf('guest_page', 'page_old'), callOf('guest_page', 'page_new')];
    const said = { userText: 'Tell me of whales', atMs: START_MS };
    await service.write([turnRecord(old, 1, { ...said, atMs: START_MS - 1 })]);
    // At the same instant, and more than are read at once.
    const many = Array.from({ length: 600 }, (_, number) => turnRecord(recent, number, said));
    await service.write(many);
    const { conversations } = await service.conversations('guest_page', {
      ...ALL,
      query: 'whales',
    });
    const found = conversations.map(({ id }) => id).toSorted();
    expect(found).toEqual([recent.conversationId, old.conversationId].toSorted());
  });

  it('opens again with what it had', async () => {
    const { conversationId } = await keep('guest_restart');
    await service.close();
    await service.open();
    expect(await service.conversation('guest_restart', conversationId)).toBeDefined();
  });
});
