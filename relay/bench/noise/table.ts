import { round } from '../statistics.ts';

export interface Outcome {
  readonly said: string;
  readonly heard: string;
  readonly verdict: 'right' | 'refused' | 'wrong';
}

/** What was understood in one condition. */
export interface Figures {
  readonly condition: string;
  readonly spoken: number;
  readonly right_percent: number;
  readonly refused_percent: number;
  /** Taken for something else, and answered. */
  readonly wrong_percent: number;
}

export function figuresOf(condition: string, outcomes: readonly Outcome[]): Figures {
  const percent = (verdict: Outcome['verdict']) =>
    round(
      (100 * outcomes.filter((outcome) => outcome.verdict === verdict).length) / outcomes.length,
      1,
    );
  return {
    condition,
    spoken: outcomes.length,
    right_percent: percent('right'),
    refused_percent: percent('refused'),
    wrong_percent: percent('wrong'),
  };
}

/** For people: a line for each condition. */
export function tableOf(rows: readonly Figures[]): string {
  const width = Math.max(...rows.map(({ condition }) => condition.length));
  const cell = (value: number | string) => String(value).padStart(8);
  return [
    `${'percent'.padEnd(width)}${['spoken', 'right', 'refused', 'wrong'].map(cell).join('')}`,
    ...rows.map(
      ({ condition, spoken, right_percent, refused_percent, wrong_percent }) =>
        condition.padEnd(width) +
        [spoken, right_percent, refused_percent, wrong_percent].map(cell).join(''),
    ),
  ].join('\n');
}
