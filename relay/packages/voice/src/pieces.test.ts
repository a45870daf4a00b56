import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitIntoPieces } from './pieces.ts';

describe('splitIntoPieces', () => {
  it('leaves what fits alone', () => {
    expect(splitIntoPieces('  one two ', 20)).toEqual(['one two']);
    expect(splitIntoPieces('exactly ten', 11)).toEqual(['exactly ten']);
    expect(splitIntoPieces('   ')).toEqual([]);
  });

  it('prefers a pause to a space, but not one that leaves a stub', () => {
    expect(splitIntoPieces('first part, then the second part', 20)).toEqual([
      'first part,',
      'then the second part',
    ]);
    expect(splitIntoPieces('a, then a long second part', 20)).toEqual([
      'a, then a long',
      'second part',
    ]);
  });

  it('keeps a word whole that ends exactly at the limit', () => {
    expect(splitIntoPieces('aaaa bbbb cccc', 9)).toEqual(['aaaa bbbb', 'cccc']);
  });

  it('cuts a word only where it is longer than a piece', () => {
    expect(splitIntoPieces('x'.repeat(25), 10)).toEqual([
      'x'.repeat(10),
      'x'.repeat(10),
      'x'.repeat(5),
    ]);
  });

  it('loses nothing and exceeds no limit, with any text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', ',', '.', 'word', '  '),
      maxLength: 300,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (written, limit) => {
        const pieces = splitIntoPieces(written, limit);
        expect(pieces.every((piece) => piece.length > 0 && piece.length <= limit)).toBe(true);
        expect(pieces.join('').replaceAll(' ', '')).toBe(written.replaceAll(' ', ''));
      }),
    );
  });
});
