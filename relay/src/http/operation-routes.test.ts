import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { FakeClock } from '../base/lib/clock.fake.ts';
import { silentLogger } from '../base/lib/logger.ts';
import type { RelayMonitor } from '../watching/monitoring/relay-monitor.ts';
import { operationRoutes } from './operation-routes.ts';

const PIECE = new Uint8Array(64 * 1_024);

/** @param pieces - of which a heap consists */
function routes(pieces: number) {
  const clock = new FakeClock();
  const heaps: Readable[] = [];
  const app = operationRoutes({
    // No request of these tests asks for it.
    monitor: {} as RelayMonitor,
    admin: (_c, next) => next(),
    clock,
    logger: silentLogger,
    takeHeap: () => {
      const heap = Readable.from(Array.from({ length: pieces }, () => PIECE));
      heaps.push(heap);
      return heap;
    },
  });
  return { clock, heaps, take: async () => app.request(API_PATHS.adminHeap, { method: 'POST' }) };
}

it('takes one heap snapshot at a time, and the next when that is read', async () => {
  const { take } = routes(20);
  const first = await take();
  expect((await take()).status).toBe(429);
  expect((await first.arrayBuffer()).byteLength).toBe(20 * PIECE.byteLength);
  expect((await take()).status).toBe(200);
});

it('gives a heap snapshot up once its reader takes nothing for a minute', async () => {
  const { clock, heaps, take } = routes(1_000);
  const reader = (await take()).body!.getReader();
  for (let n = 0; n < 5; n++) {
    await clock.advance(50_000);
    expect((await reader.read()).value).toEqual(PIECE);
  }
  expect((await take()).status).toBe(429);
  await clock.advance(61_000);
  expect(heaps[0]!.destroyed).toBe(true);
  expect((await take()).status).toBe(200);
});

it('frees a heap snapshot whose reader goes away', async () => {
  const { heaps, take } = routes(1_000);
  const { body } = await take();
  const closed = new Promise((resolve) => heaps[0]!.once('close', resolve));
  await body!.cancel();
  await closed;
  expect((await take()).status).toBe(200);
});
