import { expect, it } from 'vitest';
import { parseJsgf } from './jsgf-parser.ts';
import { packed, unpacked } from './packed-networks.ts';
import { wordNetworkOf } from './word-network.ts';

it('hands networks to another thread as they are', () => {
  const rules = parseJsgf(
    '<all> = /0.7/ set a timer | /0.3/ <usual>; <usual> = stop [it] | (no)+;',
  );
  const sentences = wordNetworkOf(rules, 'all');
  const usual = wordNetworkOf(rules, 'usual');
  expect(unpacked(structuredClone(packed({ sentences, usual })))).toEqual({ sentences, usual });
  expect(unpacked(packed({ sentences, usual: undefined }))).toEqual({
    sentences,
    usual: undefined,
  });
});
