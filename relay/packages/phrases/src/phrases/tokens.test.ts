import { expect, it } from 'vitest';
import { tokensOf } from './tokens.ts';

it.each([
  ["What's the time?", 'what is time'],
  ['7*8', '7 times 8'],
  ["what's 7 x 8?", 'what is 7 times 8'],
  ['1,234.5 + .5', '1234.5 plus 0.5'],
  ['(2-3)÷4', '( 2 minus 3 ) divided by 4'],
  ['2²', '2 squared'],
  ['sqrt 9', 'square root of 9'],
  ['5km', '5 km'],
  ['20 °C', '20 celsius'],
  ['100 km/h', '100 kph'],
  ['twenty-five', 'twenty five'],
  ['  ', ''],
  ['👋🏽', ''],
])('turns %s into tokens', (text, tokens) => expect(tokensOf(text).join(' ')).toBe(tokens));

it('takes the names that every object has for words', () => {
  expect(tokensOf('Remind me to call the constructor, toString!')).toEqual(
    'remind me to call constructor tostring'.split(' '),
  );
});
