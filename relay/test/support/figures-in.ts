const DIGITS = '\\d[\\d.,]*';
const WORDS =
  '(?:half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|hundred)';
const UNIT =
  '(?:ms|µs|milliseconds?|seconds?|minutes?|hours?|days?|kB|MB|GB|kHz|dB|%|percent|times|of \\d+)';
/** “12 ms”, “1.5 s”, “$20”, “60 an hour”, “19 of 20”, “two minutes”, “a quarter of a second”. */
const FIGURE = new RegExp(
  `(?<![\\w.])(?:\\$${DIGITS}|${DIGITS} ?(?:an? )?(?:s|${UNIT})|${WORDS} (?:of )?(?:an? )?${UNIT})(?!\\w)`,
  'giu',
);

/**
 * Numbers with a unit, in digits or in words, and “n of m”. What stands in code, and what a person
 * says (in “…”), is not a figure.
 */
export function figuresIn(markdown: string): readonly string[] {
  const prose = markdown
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`]*`/g, '')
    .replaceAll(/“[^”]*”/g, '')
    .replaceAll(/\s+/g, ' ');
  return [...prose.matchAll(FIGURE)].map(([figure]) => figure);
}
