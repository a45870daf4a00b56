import { expect, it } from 'vitest';
import type { ConversationsResponse, ConversationSummary } from '@parley/shared';
import { byDay, createHistoryList } from './history-list.ts';

const summary = (id: string, at = '2026-11-20T12:00:00.000Z'): ConversationSummary => ({
  id,
  title: id,
  started_at: at,
  updated_at: at,
  duration_s: 1,
  turns: 1,
  cost_usd: 0,
  is_live: false,
  has_recording: false,
  excerpt: null,
});
const page = (ids: readonly string[], next: string | null = null): ConversationsResponse => ({
  conversations: ids.map((id) => summary(id)),
  next,
});

/** A list whose answers are given by hand, in any order. */
function scripted() {
  const asked: string[] = [];
  const answers: ((value: ConversationsResponse) => void)[] = [];
  const list = createHistoryList({
    conversations: (search, before) => {
      asked.push(`${search.query ?? ''}@${before ?? ''}`);
      return new Promise((resolve) => void answers.push(resolve));
    },
  });
  const ids = (): readonly string[] | null => {
    const { found } = list.store.getState();
    return found.kind === 'ready' ? found.value.conversations.map(({ id }) => id) : null;
  };
  return { list, asked, answers, ids };
}

it('adds the next page, without what has moved up meanwhile', async () => {
  const { list, asked, answers, ids } = scripted();
  const first = list.load();
  answers[0]!(page(['a', 'b'], 'after b'));
  await first;
  const more = list.loadMore();
  // Pressing twice asks once.
  await list.loadMore();
  answers[1]!(page(['b', 'c']));
  await more;
  expect(ids()).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual(['@', '@after b']);
  await list.loadMore();
  expect(asked).toHaveLength(2);
});

it('drops the page of an earlier search', async () => {
  const { list, answers, ids } = scripted();
  const first = list.load();
  answers[0]!(page(['a'], 'after a'));
  await first;
  const more = list.loadMore();
  const found = list.search({ query: 'tea' });
  answers[2]!(page(['tea']));
  answers[1]!(page(['b']));
  await Promise.all([more, found]);
  expect(ids()).toEqual(['tea']);
  expect(list.store.getState().more).toBe('idle');
});

it('follows what is renamed and deleted elsewhere on the page', async () => {
  const { list, answers, ids } = scripted();
  const first = list.load();
  answers[0]!(page(['a', 'b']));
  await first;
  list.changed('a', null);
  list.changed('b', { title: 'Tea' });
  expect(ids()).toEqual(['b']);
  expect(list.store.getState().found).toMatchObject({
    value: { conversations: [{ title: 'Tea' }] },
  });
});

it('keeps the order within days and of days', () => {
  const days = byDay([
    summary('late', '2026-11-20T13:00:00.000Z'),
    summary('early', '2026-11-20T12:00:00.000Z'),
    summary('before', '2026-11-18T12:00:00.000Z'),
  ]);
  expect(days.map(([, ofDay]) => ofDay.map(({ id }) => id))).toEqual([
    ['late', 'early'],
    ['before'],
  ]);
});
