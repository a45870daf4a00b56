import { expect, test } from 'vitest';
import { measureRoundTrips } from './browser-sound-check.ts';

const { signal } = new AbortController();

function measureWith(fetchOne: (request: number) => Response, relay: string | null = 'http://r') {
  let nowMs = 0;
  let requests = 0;
  return measureRoundTrips(
    {
      relay,
      now: () => nowMs,
      fetch: async () => {
        requests += 1;
        nowMs += requests * 10;
        return fetchOne(requests);
      },
    },
    signal,
  ).then((figures) => ({ figures, requests }));
}

test('each answer is timed but the first, which opens the connection', async () => {
  const { figures } = await measureWith(() => new Response('{}'));
  expect(figures).toEqual({ roundTripsMs: [20, 30, 40, 50, 60], failed: 0 });
});

test('one lost request is counted; a relay that is not there is not waited for six times', async () => {
  const flaky = await measureWith(
    (request) => new Response('', { status: request === 3 ? 502 : 200 }),
  );
  expect(flaky.figures).toEqual({ roundTripsMs: [20, 40, 50, 60], failed: 1 });
  const gone = await measureWith(() => {
    throw new TypeError('network');
  });
  expect(gone).toEqual({ figures: { roundTripsMs: [], failed: 2 }, requests: 2 });
  expect((await measureWith(() => new Response(''), null)).requests).toBe(0);
});
