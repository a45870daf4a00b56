import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SpokenTextFilter } from './spoken-text-filter.ts';

describe('what is left of Markdown', () => {
  test.each([
    ['Hello there.', 'Hello there.'],
    [
      'This is **very** *important* and __so__ is _this_.',
      'This is very important and so is this.',
    ],
    ['# Weather\nIt rains.', 'Weather\nIt rains.'],
    ['You need:\n- milk\n* eggs\n+ tea\n• jam', 'You need:\nmilk\neggs\ntea\njam'],
    ['- [ ] open\n- [x] done', 'open\ndone'],
    ['1. First\n2. Second', '1. First\n2. Second'],
    ['> quoted\n> twice', 'quoted\ntwice'],
    ['One.\n\n---\n\nTwo.', 'One.\nTwo.'],
    ['Run `npm start` now.', 'Run npm start now.'],
    [
      'From \u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} Scotland',
      'From Scotland',
    ],
    ['in\u200bvis\u00adi\u2060ble\ufeff \u202eleft\u202c \u{E0041}tag', 'invisible left tag'],
    ['a\u0000b\u0007c', 'abc'],
    ['See [the docs](https://example.com/a?b=c) please.', 'See the docs please.'],
    ['See [**bold** docs](https://example.com/a_(b)).', 'See bold docs.'],
    ['![A cat](cat.png) sleeps.', 'A cat sleeps.'],
    ['Go to https://www.example.com/path/x?y=1.', 'Go to example.com.'],
    ['Go to <https://example.com/path>.', 'Go to example.com.'],
    ['He has hidden the hat, hasn’t he?', 'He has hidden the hat, hasn’t he?'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a , b \n1 , 2 '],
    ['Great 🎉 job 👍🏽!', 'Great job !'],
    ['A family 👨‍👩‍👧 in 🇩🇪.', 'A family in .'],
    ['Press 1️⃣ ©', 'Press 1 ©'],
    ['2 * 3 is 6, 2*3 too, and 5~6.', '2 * 3 is 6, 2*3 too, and 5~6.'],
    ['snake_case_name', 'snake case name'],
    ['~~old~~ new', 'old new'],
    ['\\*not emphasis\\*', '*not emphasis*'],
    ['Salt &amp; pepper & oil', 'Salt & pepper & oil'],
    ['one<br>two', 'one two'],
    ['a [1] b', 'a [1] b'],
    ['Wow! [sic]', 'Wow! [sic]'],
    ['3 < 4 and 5 > 4', '3 < 4 and 5 > 4'],
    ['می‌خواهم و क्‍ष', 'می‌خواهم و क्‍ष'],
    ['**', ''],
    ['  \n\n hello', 'hello'],
  ])('%j is said as %j', (written, said) => {
    expect(inPieces([written])).toBe(said);
  });
});

test('plain words are said at once', () => {
  const filter = new SpokenTextFilter();
  expect(filter.push('The ')).toBe('The ');
  expect(filter.push('sky is blue. ')).toBe('sky is blue. ');
});

test('a mark is held back only until it is plain what it is', () => {
  const filter = new SpokenTextFilter();
  expect(filter.push('so *')).toBe('so ');
  expect(filter.push('*very')).toBe('very');
  expect(filter.push('** good')).toBe(' good');
});

test('a link that never ends is read as it stands', () => {
  const written = `See [${'x'.repeat(2_000)}`;
  expect(inPieces([written])).toBe(written);
});

const scrap = fc.constantFrom(
  ...'*|**|_|__|~~|`|```|# |## |- |+ |1. |> |[|](|)|![|https://a.b/c|http|h|<|>|<br>|&amp;|&|\\|\n|\n\n| |  |---|***|🎉|👨‍👩‍👧|🇩🇪|1️⃣|\ud83c|\u200d|é|क्‍ष|word|Hello. |2|, |"|.|x|[x] |:|=|$|$x$|\\(|\\)|\\frac{1}{2}|^2|```js\n|\u{E0067}|\u200b|5'.split(
    '|',
  ),
  '|',
  '|---|',
);
const written = fc.array(scrap, { maxLength: 40 }).map((scraps) => scraps.join(''));

test('how the text is cut makes no difference', () => {
  fc.assert(
    fc.property(written, fc.array(fc.nat(200), { maxLength: 20 }), (text, cuts) => {
      const whole = inPieces([text]);
      expect(inPieces(text.split(''))).toBe(whole);
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length];
      const pieces = places
        .toSorted((a, b) => a - b)
        .map((place, index, all) => text.slice(place, all[index + 1] ?? text.length));
      expect(inPieces(pieces)).toBe(whole);
    }),
    { numRuns: 400, examples: [['$x$1. *$', []]] },
  );
});

test('no emphasis, heading or emoji comes through, and no word is lost', () => {
  const word = fc.constantFrom('apple', 'river', 'twenty', 'Straße', '天気');
  const decorated = fc
    .tuple(word, fc.constantFrom('', '**', '*', '`', '~~', '__'))
    .map(([text, mark]) => ({ text, written: `${mark}${text}${mark}` }));
  const line = fc.tuple(
    fc.constantFrom('', '- ', '# ', '> ', '### '),
    fc.array(decorated, { minLength: 1, maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const text = lines
        .map(([prefix, words]) => prefix + words.map((entry) => entry.written).join(' 🎉 '))
        .join('\n');
      const said = lines.map(([, words]) => words.map((entry) => entry.text).join(' ')).join('\n');
      expect(inPieces([text])).toBe(said);
    }),
    { numRuns: 200 },
  );
});

function inPieces(pieces: readonly string[]): string {
  const filter = new SpokenTextFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.flush();
}
