import { expect, it } from 'vitest';
import { TurnHistory } from './turn-history.ts';

const MINUTE = 60_000;
/** On a full day, so that all ranges begin with a whole point. */
const NOW = 20_000 * 86_400_000 + 30_000;

it.each([
  ['1h', 60, 60],
  ['6h', 72, 300],
  ['24h', 72, 1_200],
] as const)('shows the last %s in points without gaps', (range, count, seconds) => {
  const history = new TurnHistory();
  history.turnEnded(NOW - 30 * MINUTE);
  history.turnEnded(NOW);
  history.failed(NOW);
  for (const ms of [300, 100, 200]) history.answered(NOW, ms);
  const { step_seconds, points } = history.points(range, NOW);
  expect(step_seconds).toBe(seconds);
  expect(points).toHaveLength(count);
  expect(points.reduce((sum, { turns }) => sum + turns, 0)).toBe(2);
  expect(points.at(-1)).toMatchObject({ errors: 1, p50_ms: 200, p95_ms: 300, p99_ms: 300 });
  expect(points[0]).toMatchObject({ turns: 0, p50_ms: null });
  const starts = points.map(({ timestamp }) => Date.parse(timestamp));
  expect(starts.slice(1).every((start, n) => start === starts[n]! + seconds * 1_000)).toBe(true);
});

it('forgets after a day, and keeps no more of a busy minute than a sample', () => {
  const history = new TurnHistory();
  history.turnEnded(NOW - 25 * 60 * MINUTE);
  for (let n = 0; n < 1_000; n++) history.answered(NOW, n);
  const { points } = history.points('24h', NOW);
  expect(points.reduce((sum, { turns }) => sum + turns, 0)).toBe(0);
  expect(points.at(-1)!.p50_ms).toBeGreaterThanOrEqual(800);
});

it('goes on with what an earlier process answered', () => {
  const history = new TurnHistory();
  history.turnEnded(NOW);
  history.restore([
    { atMs: NOW - MINUTE, isFailed: false, e2eMs: 900 },
    { atMs: NOW - MINUTE, isFailed: true, e2eMs: undefined },
  ]);
  expect(history.points('1h', NOW).points.at(-2)).toMatchObject({
    turns: 2,
    errors: 1,
    p50_ms: 900,
  });
});
