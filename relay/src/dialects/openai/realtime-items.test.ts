import { expect, test } from 'vitest';
import { RealtimeItems, type RealtimeItem } from './realtime-items.ts';

test('long outputs push out older items, and what is deleted makes room', () => {
  const items = new RealtimeItems();
  const add = (id: string, output: string) => {
    const item: RealtimeItem = { id, type: 'function_call_output', call_id: 'call', output };
    items.add(item);
  };
  const known = () => ['a', 'b', 'c', 'd'].filter((id) => items.find(id) !== undefined).join('');
  add('a', 'x'.repeat(400_000));
  add('b', 'x'.repeat(400_000));
  items.delete('b');
  add('c', 'x'.repeat(400_000));
  expect(known()).toBe('ac');
  add('d', 'x'.repeat(400_000));
  expect(known()).toBe('cd');
  expect(items.before('d')).toBe('c');
});
