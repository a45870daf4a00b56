import { round } from '../../bench/statistics.ts';
import { valueAt, type Figure, type Figures } from './figures.ts';
import type { ReportPair } from './pairs.ts';
import { CONFIDENCE, judge, MIN_PAIRS, type Judgement } from './verdict.ts';

const FIGURES_SHOWN = 4;

export type Judgements = Readonly<Record<string, Judgement>>;

/** Judges each figure that both commits' benches printed. */
export function judgementsOf(pairs: readonly ReportPair[], figures: Figures): Judgements {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([path, figure]) => {
      const values = pairs.flatMap(({ head, base }) => {
        const [ofHead, ofBase] = [valueAt(head, path), valueAt(base, path)];
        return ofHead === undefined || ofBase === undefined ? [] : [{ head: ofHead, base: ofBase }];
      });
      return values.length === 0 ? [] : [[path, judge(values, figure)] as const];
    }),
  );
}

/** A line for each figure, for people. */
export function linesOf(judgements: Judgements, figures: Figures): readonly string[] {
  const rows = Object.entries(judgements).map(([path, judgement]) => {
    const { base, head } = judgement;
    return [path, plain(base), plain(head), sentenceOf(judgement, figures[path]!)] as const;
  });
  const width = Math.max(...rows.map(([path]) => path.length)) + 2;
  const row = ([path, base, head, verdict]: readonly [string, string, string, string]) =>
    `${path.padEnd(width)}${base.padStart(10)}${head.padStart(10)}   ${verdict}`;
  return [row(['', 'base', 'now', '']), ...rows.map(row)];
}

/** The first figures of one pair, for people who wait. */
export function progressOf(pair: ReportPair, figures: Figures): string {
  return Object.entries(judgementsOf([pair], figures))
    .slice(0, FIGURES_SHOWN)
    .map(([path, { change }]) => `${path} ${signed(change.median, figures[path]!)}`)
    .join('  ');
}

/** What became of a figure, e.g. `slower by 10.2 % (8.9 to 11.3 %), from 5 % it counts`. */
export function sentenceOf({ verdict, change }: Judgement, figure: Figure): string {
  const { median, from, to } = change;
  const limit = figure.by === 'ratio' ? `${round(figure.threshold * 100, 1)} %` : figure.threshold;
  const [worse, better] = figure.words;
  if (from === undefined || to === undefined) {
    return `undecided: ${signed(median, figure)}; ${MIN_PAIRS} pairs or more show how sure that is`;
  }
  const interval = figure.isExact ? '' : `${signed(from, figure)} to ${signed(to, figure)}`;
  switch (verdict) {
    case 'same':
      if (figure.isExact) return `no difference (${signed(median, figure)}; ${limit} would count)`;
      // The change may be small and still certain.
      return `no difference${from > 0 || to < 0 ? ' that counts' : ''} (${interval}; ${limit} would count)`;
    case 'undecided':
      return `undecided: ${signed(median, figure)} (${interval}; ${limit} would count)`;
    case 'worse':
    case 'better': {
      const word = verdict === 'worse' ? worse : better;
      const by = amount(Math.abs(median), figure);
      return `${word} by ${by}${interval && ` (${interval})`}; ${limit} counts`;
    }
  }
}

/** The result for programs; shares are percent. */
export function jsonOf(judgements: Judgements, figures: Figures): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(judgements).map(([path, { verdict, base, head, change }]) => {
      const { by, threshold } = figures[path]!;
      const scaled = (value: number) => round(by === 'ratio' ? value * 100 : value, 2);
      const json = {
        base: round(base, 3),
        now: round(head, 3),
        ...(by === 'ratio' && base !== 0 && { ratio: round(1 + change.median, 4) }),
        unit: by === 'ratio' ? 'percent' : 'own',
        change: scaled(change.median),
        from: change.from === undefined ? null : scaled(change.from),
        to: change.to === undefined ? null : scaled(change.to),
        confidence: CONFIDENCE,
        threshold: scaled(threshold),
        verdict,
      };
      return [path, json];
    }),
  );
}

function signed(value: number, figure: Figure): string {
  const text = amount(Math.abs(value), figure);
  return value < 0 ? `−${text}` : `+${text}`;
}

function amount(value: number, { by }: Figure): string {
  return by === 'ratio' ? `${round(value * 100, 1)} %` : String(round(value, 2));
}

/** Three digits that count, or all before the point. */
function plain(value: number): string {
  return value === 0
    ? '0'
    : String(round(value, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))));
}
