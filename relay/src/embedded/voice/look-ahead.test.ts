import { describe, expect, it } from 'vitest';
import { mapWithLookAhead } from './look-ahead.ts';

async function* counting(limit: number, pulled: number[]): AsyncGenerator<number> {
  for (let item = 0; item < limit; item += 1) {
    pulled.push(item);
    yield item;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe('mapWithLookAhead', () => {
  it('keeps the order and prepares exactly one item ahead', async () => {
    const pulled: number[] = [];
    const results = mapWithLookAhead(
      counting(5, pulled),
      (item) => Promise.resolve(item * 2),
      never,
    );
    expect((await results.next()).value).toBe(0);
    await settled();
    expect(pulled).toEqual([0, 1]);
    const rest: number[] = [];
    for await (const result of results) rest.push(result);
    expect(rest).toEqual([2, 4, 6, 8]);
  });

  it('ends at once when aborted, though the source never answers', async () => {
    const controller = new AbortController();
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    };
    const next = mapWithLookAhead(
      silent,
      (item) => Promise.resolve(item),
      controller.signal,
    ).next();
    controller.abort();
    expect((await next).done).toBe(true);
  });

  it('begins nothing when it is aborted already', async () => {
    const pulled: number[] = [];
    const signal = AbortSignal.abort();
    for await (const _ of mapWithLookAhead(
      counting(2, pulled),
      (item) => Promise.resolve(item),
      signal,
    ));
    expect(pulled).toEqual([]);
  });

  it('delivers what came before a failure, then fails', async () => {
    const map = (item: number): Promise<number> =>
      item === 1 ? Promise.reject(new Error('no voice')) : Promise.resolve(item);
    const results = mapWithLookAhead(counting(3, []), map, never);
    expect((await results.next()).value).toBe(0);
    await expect(results.next()).rejects.toThrow('no voice');
  });

  it('closes the source when the reader leaves early', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
        yield 3;
      } finally {
        closed = true;
      }
    }
    for await (const _ of mapWithLookAhead(source(), (item) => Promise.resolve(item), never)) break;
    await settled();
    expect(closed).toBe(true);
  });
});
