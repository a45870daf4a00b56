import { expect, it } from 'vitest';
import { headersSetting, pathSetting, voicesSetting } from './vendor-settings.ts';

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

const headers = headersSetting('Headers.');

it.each([
  [undefined, {}],
  ['X-Tenant: blue', { 'x-tenant': 'blue' }],
  ['X-A: 1 , X-B:a:b=c==', { 'x-a': '1', 'x-b': 'a:b=c==' }],
  ['Authorization: Digest a="b"%2C c="d"', { authorization: 'Digest a="b", c="d"' }],
])('reads the headers in %j', (text, expected) => {
  expect(headers.schema.parse(text)).toEqual(expected);
});

it.each([
  'X-A',
  ': a',
  'X A: a',
  'X-A:',
  'X-A: a\r\nX-B: b',
  'Host: evil',
  'content-length: 1',
  'Ä: 1',
])('refuses the headers in %j, and does not repeat them', (text) => {
  expect(headers.schema.safeParse(text).success).toBe(false);
  expect(headers.isSecret).toBe(true);
});

it.each(['/inference', '/', '/a/b.c-d'])('takes %j as a path', (path) => {
  expect(pathSetting('/usual', 'A path.').schema.parse(path)).toBe(path);
});

it.each(['inference', 'http://elsewhere/', '/a?b', '/a#b', '/a b', '/a\n'])(
  'does not take %j as a path',
  (path) => {
    expect(pathSetting('/usual', 'A path.').schema.safeParse(path).success).toBe(false);
  },
);
