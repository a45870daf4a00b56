import { expect, it } from 'vitest';
import { SharedSeal } from './shared-seal.ts';

const SECRET = 'a secret that all relays of the test share';
const STORE_KEY = Buffer.alloc(32, 1);

const seal = new SharedSeal(SECRET);

it('what one relay seals another opens, in its place', () => {
  const sealed = seal.seal('{"text":"swordfish"}', 'call:1');
  expect(sealed).not.toContain('swordfish');
  expect(new SharedSeal(SECRET).open(sealed, 'call:1')).toBe('{"text":"swordfish"}');
  expect(new SharedSeal(SECRET).open(sealed, 'call:2')).toBeUndefined();
});

it.each([
  '',
  '{}',
  '{"text":"words","key":null}',
  'null.d29yZHM',
  new SharedSeal('another secret, of another Parley altogether').seal('words', 'call:1'),
  seal.seal('words', 'call:1').slice(0, -2),
  seal.seal('words', 'call:1').replace('.', 'x.'),
])('takes nothing that no relay of the same secret has sealed: %j', (text) => {
  expect(seal.open(text, 'call:1')).toBeUndefined();
});

it('words that are kept encrypted need the key that they are kept with', () => {
  const encrypting = new SharedSeal(SECRET, { key: STORE_KEY, oldKeys: [] });
  const sealed = encrypting.seal('words', 'call:1');
  expect(seal.open(sealed, 'call:1')).toBeUndefined();
  const rotated = new SharedSeal(SECRET, { key: Buffer.alloc(32, 2), oldKeys: [STORE_KEY] });
  expect(rotated.open(sealed, 'call:1')).toBe('words');
});
