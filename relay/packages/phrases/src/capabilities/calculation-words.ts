import { isNumber, spokenNumber } from '../phrases/number-words.ts';
import type { Calculation } from '../phrases/slots/calculation.ts';
import { capitalised } from '../phrases/wording.ts';

/** Why the number does not exist; undefined if it does. */
export function calculationProblem({ impossible }: Calculation): string | undefined {
  if (impossible === 'division_by_zero') return 'Nothing can be divided by zero.';
  if (impossible === 'negative_root') return 'That root has no answer among the real numbers.';
  return undefined;
}

/** The calculation read back with its result, or why it has none. */
export function calculationToWords(calculation: Calculation): string {
  const problem = calculationProblem(calculation);
  if (problem !== undefined) return problem;
  const { value, words } = calculation;
  const result = spokenNumber(value, 2);
  if (result === undefined) return 'That number is too large for me to say.';
  // Reading a long calculation back would bury its result.
  return words === undefined || words.length > 80
    ? `That ${isNumber(result)}.`
    : `${capitalised(words)} ${isNumber(result)}.`;
}
