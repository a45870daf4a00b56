import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSpokenText } from './spoken-text.ts';

describe('toSpokenText', () => {
  it.each([
    ['It is 10:05.', 'It is 10 oh 5.'.replace('oh 5', 'oh five')],
    ['It is 10:00.', "It is 10 o'clock."],
    ['At 7:45 or 23:10', 'At 7 45 or 23 10'],
    ['The score of 1:2:3', 'The score of 1:2:3'],
    ['21°C and 70 °F', '21 degrees celsius and 70 degrees fahrenheit'],
    ['50% of 7 × 8', '50 percent of 7 times 8'],
    ['7*8 = 56', '7 times 8 equals 56'],
    ['9 ÷ 3, 9/3', '9 divided by 3, 9 divided by 3'],
    ['2 + 2 - 1', '2 plus 2 minus 1'],
    ['It is -5 today', 'It is minus 5 today'],
    ['A well-known 555-1234', 'A well-known 555-1234'],
    ['That’s “fine” – really…', 'That\'s "fine", really.'],
    ['Café Zürich', 'Cafe Zurich'],
    ['€5 & £3.50', '5 euros and 3 pounds and 50 pence'],
    ['100 km/h', '100 kilometers per hour'],
    ['**Bold** and `code`', 'Bold and code'],
    ['line\none\ttwo\0three', 'line one two three'],
    ['Nice 👍🏽!', 'Nice!'],
    ['At 3:05 pm, or 9 a.m. sharp', 'At 3 oh five P M, or 9 A M sharp'],
    ['It is 7 pm.', 'It is 7 P M.'],
    ['I am 5', 'I am 5'],
    ['1 kg, 2.5 kg and 12cm', '1 kilogram, 2.5 kilograms and 12 centimeters'],
    ['6 ft at 20 m/s', '6 feet at 20 meters per second'],
    ['5 min, 30 m² and 4 GB', '5 minutes, 30 square meters and 4 gigabytes'],
    ['in the 1990s, a 5G mast', 'in the 1990s, a 5G mast'],
    ['$1, $2.50 or €1', '1 dollar, 2 dollars and 50 cents or 1 euro'],
    ['10–15 people', '10 to 15 people'],
    ['On 2026-11-23 or 2026-05-12', 'On November twenty third, 2026 or May twelfth, 2026'],
    ['1,250 of 3,000,000', 'one thousand two hundred fifty of three million'],
    ['Dr. Who vs. Mr. Bean, e.g. no. 5', 'doctor Who versus mister Bean, for example no. 5'],
    ['No. 5 on St. Anne, #7', 'number 5 on saint Anne, number 7'],
    ['Write to me@example.com', 'Write to me at example dot com'],
    ['2½ cups', '2 and a half cups'],
    [
      '1/2 cup, 2 1/2 cups and 3/4 cup',
      'half a cup, 2 and a half cups and three quarters of a cup',
    ],
    ['10/2 is 5', '10 divided by 2 is 5'],
    ['$0.99 or £1.01', '99 cents or 1 pound and 1 penny'],
  ])('says %j as %j', (written, spoken) => {
    expect(toSpokenText(written)).toBe(spoken);
  });

  it.each(['', '   ', '...', '?!', '😀', '日本語', '—', '\0\n'])(
    'finds nothing to say in %j',
    (written) => {
      expect(toSpokenText(written)).toBe('');
    },
  );

  it('leaves one line of printable ASCII or nothing, from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (written) => {
        expect(toSpokenText(written)).toMatch(/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/);
      }),
    );
  });
});
