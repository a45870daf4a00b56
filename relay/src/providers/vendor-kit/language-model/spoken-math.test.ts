import { expect, test } from 'vitest';
import { SpokenTextFilter } from './spoken-text-filter.ts';

function said(written: string, pieces: readonly string[] = [written]): string {
  const filter = new SpokenTextFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.flush();
}

test.each([
  ['Half is $\\frac{1}{2}$.', 'Half is 1/2.'],
  ['So \\( x^2 + y^2 = z^2 \\) holds.', 'So x² + y² = z² holds.'],
  ['\\[ E = mc^2 \\]', 'E = mc²'],
  ['$$\\sqrt{\\frac{a+b}{2}}$$', '√((a+b)/2)'],
  ['The $x$ and the $n+1$.', 'The x and the n+1.'],
  ['$a_1 \\leq b_{12}$', 'a₁ ≤ b₁₂'],
  ['$\\text{speed} = 3 \\times 10^{8}\\,\\text{m/s}$', 'speed = 3 × 10⁸ m/s'],
  ['\\[\\begin{align} a &= b \\\\ c &= d \\end{align}\\]', 'a = b c = d'],
  ['A bare \\frac{3}{4} and \\pi.', 'A bare 3/4 and π.'],
  ['$\\sin(\\theta) \\approx 0{,}5$', 'sin(θ) ≈ 0,5'],
  ['$\\sqrt[3]{8} = 2$', '³√8 = 2'],
  ['It costs $5, or $10 a day, and $3.50 more.', 'It costs $5, or $10 a day, and $3.50 more.'],
  ['From $5-$10 to $20 million.', 'From $5-$10 to $20 million.'],
  ['Set $HOME and $PATH today.', 'Set $HOME and $PATH today.'],
  ['A $ alone', 'A $ alone'],
  ['\\*not emphasis\\*', '*not emphasis*'],
  ['C:\\Users\\bob', 'C:\\Users\\bob'],
  ['An escaped \\(bracket', 'An escaped (bracket'],
])('%j is said as %j', (written, spoken) => {
  expect(said(written).trim()).toBe(spoken);
  expect(said(written, [...written]).trim()).toBe(spoken);
});

test('an amount of money is not held back', () => {
  const filter = new SpokenTextFilter();
  expect(filter.push('It costs $5 and')).toBe('It costs $5 and');
  expect(filter.push(' $HOME is')).toBe(' $HOME is');
});
