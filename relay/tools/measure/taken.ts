import { MAX_OTHER_SHARE } from '../others-load.ts';
import type { Figure } from './measurement.ts';

/** What a figure is after its run. */
export type TakenFigure =
  | { readonly value: string; readonly beside?: string }
  /** Why there is none. */
  | { readonly problem: string };

/** One measurement as it was taken, as docs/measured.json keeps it. */
export interface Taken {
  readonly command: string;
  /** YYYY-MM-DD, UTC. */
  readonly date: string;
  /** Short; `+ changes` if what was measured was not committed. */
  readonly commit: string;
  readonly machine: string;
  readonly minutes: number;
  /** What others took of all processors meanwhile; null if that is not known. */
  readonly othersPercent: number | null;
  /** The command ended with an error after its report: it missed a bound of its own. */
  readonly hasMissedBound?: true;
  readonly figures: Readonly<Record<string, TakenFigure>>;
}

/** By the name of the measurement. */
export type Measured = Readonly<Record<string, Taken>>;

/** A run beside which others took more of the processors is marked. */
export const QUIET_PERCENT = 100 * MAX_OTHER_SHARE;

export function isBusy({ othersPercent }: Pick<Taken, 'othersPercent'>): boolean {
  return othersPercent !== null && othersPercent > QUIET_PERCENT;
}

/** Whether all its figures are there, and its bench had nothing against them. */
export function isTaken({ figures, hasMissedBound }: Taken): boolean {
  return !hasMissedBound && Object.values(figures).every((figure) => 'value' in figure);
}

/** A figure, or why there is none. */
export function shown(figure: TakenFigure): string {
  return 'value' in figure ? figure.value : `not measured: ${figure.problem}`;
}

/** Reads all figures of a measurement from its report; one that is not in it says so. */
export function figuresFrom(
  figures: readonly Figure[],
  report: unknown,
): Record<string, TakenFigure> {
  return Object.fromEntries(
    figures.map(({ name, value, beside }) => {
      try {
        const taken = { value: fill(value, report) };
        return [name, beside === undefined ? taken : { ...taken, beside: fill(beside, report) }];
      } catch (error) {
        return [name, { problem: (error as Error).message }];
      }
    }),
  );
}

/** All figures of a measurement that failed. */
export function withoutFigures(
  figures: readonly Figure[],
  problem: string,
): Record<string, TakenFigure> {
  return Object.fromEntries(figures.map(({ name }) => [name, { problem }]));
}

/**
 * Puts the numbers of a report into a template, see `Figure`.
 *
 * @throws Error that names what the report does not have
 */
export function fill(template: string, report: unknown): string {
  return template.replaceAll(/\{([^}|]+)(?:\|([^}]+))?\}/g, (_, path: string, format?: string) => {
    const found = path.split('.').reduce(valueOf, report);
    if (typeof found !== 'number') throw new Error(`the report has no ${path}`);
    return formatted(found, format);
  });
}

function valueOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    return value.find((each: { readonly condition?: unknown }) => each.condition === key);
  }
  return (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
}

function formatted(value: number, format: string | undefined): string {
  switch (format) {
    case undefined:
      return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
    case '%':
      return (100 * value).toLocaleString('en-US', { maximumFractionDigits: 1 });
    case 'min':
      return (value / 60).toLocaleString('en-US', { maximumFractionDigits: 1 });
    default:
      throw new Error(`there is no format ${format}`);
  }
}
