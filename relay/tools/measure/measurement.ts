/** A figure of a report, as docs/measured.md shows it. */
export interface Figure {
  /** Unique in its measurement. */
  readonly name: string;
  /** Says what it is without its measurement, too: README quotes it. */
  readonly label: string;
  /**
   * Text in which `{a.b}` is replaced by a number of the report. An element of an array is named by
   * its `condition`. `{a.b|%}` is a share of 1 in percent, `{a.b|min}` are seconds in minutes.
   */
  readonly value: string;
  /** As `value`: the baseline of the same run, or what `value` is a part of. */
  readonly beside: string | undefined;
  readonly better: 'less' | 'more';
}

/** One run, and the figures that are read from its report. */
export interface Measurement {
  /** For `--only`, and the heading in docs/measured.md. */
  readonly name: string;
  readonly title: string;
  /** Arguments of `npm run bench --`; or all tests, or a fresh clone. */
  readonly run: readonly string[] | 'npm test' | 'git clone, npm start';
  /** With `--quick`; as `run` if not given. */
  readonly quick?: readonly string[];
  /** What `run` takes on two cores. */
  readonly minutes: number;
  readonly figures: readonly Figure[];
}

/** A figure that is better if it is lower. */
export function less(name: string, label: string, value: string, beside?: string): Figure {
  return { name, label, value, beside, better: 'less' };
}

/** A figure that is better if it is higher. */
export function more(name: string, label: string, value: string, beside?: string): Figure {
  return { name, label, value, beside, better: 'more' };
}

/** How slow recogniser, model and voice are if vendors are simulated, for labels. */
export const VENDORS = 'vendors simulated with 100, 150 and 80 ms';
