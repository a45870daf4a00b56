import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InOrder, type QueuePlace } from './in-order.ts';

interface Word {
  readonly text: string;
}

function ordered() {
  const batches: string[] = [];
  const order = new InOrder<Word>((words) => batches.push(words.map(({ text }) => text).join(' ')));
  return { order, batches };
}

it('hands on at once what nothing goes before', () => {
  const { order, batches } = ordered();
  order.add({ text: 'a' });
  order.fill(order.take(), { text: 'b' });
  expect(batches).toEqual(['a', 'b']);
  expect(order.isEmpty).toBe(true);
});

it('hands on together what waited for the same place', () => {
  const { order, batches } = ordered();
  const [a, b, c] = [order.take(), order.take(), order.take()];
  order.fill(b, { text: 'b' });
  order.add({ text: 'typed' }, c);
  expect(batches).toEqual([]);
  order.fill(a, { text: 'a' });
  expect(batches).toEqual(['a b typed']);
  expect(order.isEmpty).toBe(false);
  order.fill(c, { text: 'c' });
  expect(batches).toEqual(['a b typed', 'c']);
});

it('puts what is added before a place that is over at the end', () => {
  const { order, batches } = ordered();
  const over = order.take();
  order.fill(over, { text: 'a' });
  order.add({ text: 'b' }, over);
  expect(batches).toEqual(['a', 'b']);
});

it('loses nothing, doubles nothing and keeps the order, in whichever order places are filled', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), (arrivals) => {
      const { order, batches } = ordered();
      const places: QueuePlace<Word>[] = arrivals.map(() => order.take());
      for (const index of arrivals) order.fill(places[index]!, { text: `${index}` });
      expect(batches.join(' ')).toBe([...arrivals.keys()].join(' '));
    }),
  );
});
