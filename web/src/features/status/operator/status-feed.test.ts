import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ParleyError } from '@parley/shared';
import type { HistoryRange, Overview } from '@parley/shared/monitoring-api';
import { OperatorRefused } from './operator-api.ts';
import { createStatusFeed } from './status-feed.ts';

const OVERVIEW = { version: '1' } as Overview;
const AWAY = new Error('connection refused');

let asked: {
  range: HistoryRange;
  relay: string | undefined;
  signal: AbortSignal;
  answer(value: Overview | Error): void;
}[];
let visible: boolean;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  asked = [];
  visible = true;
});
afterEach(() => {
  vi.useRealTimers();
});

function startFeed() {
  const feed = createStatusFeed({
    fetchOverview: (range, signal, relay) =>
      new Promise((resolve, reject) => {
        asked.push({
          range,
          relay,
          signal,
          answer: (value) => (value instanceof Error ? reject(value) : resolve(value)),
        });
      }),
    nowMs: () => Date.now(),
    isVisible: () => visible,
  });
  const stop = feed.start();
  return { feed, stop };
}

/** The relay answers what it was asked last. */
async function answer(value: Overview | Error): Promise<void> {
  asked.at(-1)!.answer(value);
  await vi.advanceTimersByTimeAsync(0);
}

it('asks each second while it can be seen, less often otherwise, and never twice at once', async () => {
  const { feed, stop } = startFeed();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toHaveLength(1);
  await answer(OVERVIEW);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  visible = false;
  await answer(OVERVIEW);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(asked).toHaveLength(2);
  visible = true;
  feed.wake();
  expect(asked).toHaveLength(3);
  stop();
  await answer(OVERVIEW);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(3);
  expect(asked[2]!.signal.aborted).toBe(true);
});

it('keeps what it knew while the relay is away, since the first failure, until it is back', async () => {
  const { feed } = startFeed();
  await answer(OVERVIEW);
  await vi.advanceTimersByTimeAsync(1_000);
  await answer(AWAY);
  await vi.advanceTimersByTimeAsync(1_000);
  await answer(AWAY);
  expect(feed.store.getState()).toMatchObject({
    kind: 'known',
    overview: OVERVIEW,
    atMs: 1_000_000,
    away: { sinceMs: 1_001_000 },
  });
  await vi.advanceTimersByTimeAsync(1_000);
  await answer({ ...OVERVIEW, version: '2' });
  expect(feed.store.getState()).toMatchObject({ overview: { version: '2' }, away: null });
});

it.each(['not-admin', 'no-admin'] as const)(
  'does not ask again after %s until it is told to',
  async (refusal) => {
    const { feed } = startFeed();
    await answer(new OperatorRefused(refusal));
    expect(feed.store.getState()).toEqual({ kind: 'refused', refusal });
    await vi.advanceTimersByTimeAsync(60_000);
    feed.wake();
    expect(asked).toHaveLength(1);
    const refreshed = feed.refresh();
    await answer(OVERVIEW);
    await refreshed;
    expect(feed.store.getState()).toMatchObject({ kind: 'known', away: null });
  },
);

it('leaves a relay in peace that has had too many questions', async () => {
  startFeed();
  await answer(new ParleyError('rate_limited'));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
});

it('drops the answer for another time than the one that is wanted now', async () => {
  const { feed } = startFeed();
  await answer(OVERVIEW);
  feed.show('6h');
  feed.show('24h');
  expect(asked.map(({ range }) => range)).toEqual(['1h', '6h', '24h']);
  await answer({ ...OVERVIEW, version: 'of a day' });
  asked[1]!.answer({ ...OVERVIEW, version: 'of six hours' });
  await vi.advanceTimersByTimeAsync(0);
  expect(feed.store.getState()).toMatchObject({ overview: { version: 'of a day' } });
});

it('stays with one of several relays, whichever answers, until another is picked', async () => {
  const shows = (id: string) => {
    const relays = ['a', 'b'].map((one) => ({ id: one, is_this: one === id }));
    return { version: '1', relays } as Overview;
  };
  const { feed, stop } = startFeed();
  expect(asked.at(-1)!.relay).toBeUndefined();
  await answer(shows('a'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.at(-1)!.relay).toBe('a');
  feed.pick('b');
  expect(asked.at(-1)!.relay).toBe('b');
  // That one is gone: the one that answers shows itself.
  await answer(shows('a'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.at(-1)!.relay).toBe('a');
  stop();
});
