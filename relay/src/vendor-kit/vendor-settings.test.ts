import { expect, it } from 'vitest';
import { voicesSetting } from './vendor-settings.ts';

const { schema, default: fallback } = voicesSetting(['a1:Rosa'], 'Voices.');

it('reads voices with and without labels', () => {
  expect(schema.parse('b2: Warm voice , c3')).toEqual([
    { id: 'b2', label: 'Warm voice' },
    { id: 'c3', label: 'c3' },
  ]);
  expect(schema.parse(undefined)).toEqual([{ id: 'a1', label: 'Rosa' }]);
  expect(schema.parse(fallback)).toEqual([{ id: 'a1', label: 'Rosa' }]);
});

it.each(['', ' , ', ':Rosa', 'a1:'])('refuses %j', (text) => {
  expect(schema.safeParse(text).success).toBe(false);
});
