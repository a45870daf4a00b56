import { expect, test } from 'vitest';
import { settle } from '../../lib/fake-clock.ts';
import { ClauseQueue } from './clause-queue.ts';

async function* source(...clauses: readonly string[]): AsyncGenerator<string> {
  yield* clauses;
}

function queueOf(clauses: AsyncIterable<string>) {
  const abort = new AbortController();
  const begun: string[] = [];
  const begin = (text: string) => {
    begun.push(text);
    return text;
  };
  return { queue: new ClauseQueue(clauses, begin, abort.signal), begun, abort };
}

test('two are begun ahead of the one in delivery, and only when that is asked for', async () => {
  const { queue, begun } = queueOf(source('a', 'b', 'c', 'd'));
  expect(await queue.take()).toBe('a');
  await settle();
  expect(begun).toEqual(['a']);
  queue.readAhead();
  queue.readAhead();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['b', 'c', 'd']);
  expect(await queue.take()).toBeUndefined();
});

test('the source is asked for one clause at a time', async () => {
  let asked = 0;
  let most = 0;
  const clauses: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        asked += 1;
        most = Math.max(most, asked);
        await settle();
        asked -= 1;
        return { done: false, value: 'clause' };
      },
    }),
  };
  const { queue } = queueOf(clauses);
  queue.readAhead();
  await queue.take();
  queue.readAhead();
  await queue.take();
  expect(most).toBe(1);
});

test('aborting ends it, whatever the source waits for, and lets go of the source', async () => {
  let isReleased = false;
  const clauses: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return() {
        isReleased = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const { queue, abort } = queueOf(clauses);
  const taken = queue.take();
  abort.abort();
  expect(await taken).toBeUndefined();
  expect(isReleased).toBe(true);
});

test('a source that fails is told of when its turn has come', async () => {
  async function* failing(): AsyncGenerator<string> {
    yield 'a';
    throw new Error('no more');
  }
  const { queue } = queueOf(failing());
  queue.readAhead();
  await settle();
  expect(await queue.take()).toBe('a');
  await expect(queue.take()).rejects.toThrow('no more');
});
