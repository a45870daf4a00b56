import { describe, expect, it } from 'vitest';
import { numberSlot } from './slots/number.ts';
import { matchTemplate } from './match.ts';
import { parseTemplate } from './template.ts';
import { tokensOf } from './tokens.ts';

const between = parseTemplate('(pick | choose) [a] number between <low> and <high>');

describe('a template', () => {
  it('tries shorter readings of a number until the whole sentence fits', () => {
    expect(
      matchTemplate(
        between,
        tokensOf('choose a number between one hundred and two hundred'),
        { low: numberSlot, high: numberSlot },
        false,
      ),
    ).toEqual({ low: 100, high: 200 });
  });

  it('does not match a part of a sentence', () => {
    const slots = { low: numberSlot, high: numberSlot };
    const tokens = tokensOf('pick a number between one and ten dogs');
    expect(matchTemplate(between, tokens, slots, false)).toBe(undefined);
  });

  it('passes over small words if it is to be lenient', () => {
    const slots = { low: numberSlot, high: numberSlot };
    const tokens = tokensOf('just pick any number between, like, one and about ten or so');
    expect(matchTemplate(between, tokens, slots, true)).toEqual({ low: 1, high: 10 });
    expect(matchTemplate(between, tokens, slots, false)).toBe(undefined);
  });

  it.each(['(a', 'a)', '[a', '()', 'a | | b'])('with a slip in it is refused: %s', (source) => {
    expect(() => parseTemplate(source)).toThrow(SyntaxError);
  });
});
