import type { Measurement } from './measurement.ts';
import {
  isBusy,
  QUIET_PERCENT,
  shown,
  type Measured,
  type Taken,
  type TakenFigure,
} from './taken.ts';

const NOT_TAKEN = 'it was not measured yet';
const README_START = '<!-- Written by npm run measure. -->';
const README_END = '<!-- End of what npm run measure writes. -->';

/** docs/measured.md: every figure with what it was measured by. */
export function measuredPage(measurements: readonly Measurement[], measured: Measured): string {
  const sections = measurements.map((measurement) =>
    sectionOf(measurement, measured[measurement.name]),
  );
  return [
    '# Measured',
    [
      '`npm run measure` runs every bench below and writes this page;',
      '`npm run measure -- --only relay,echo` measures some of it anew and leaves the others as they',
      'are. Each section says by which command, when, on which commit and which machine it was',
      'measured, and what other programs took of the processors meanwhile: a run in which they took',
      `more than ${QUIET_PERCENT} % is marked. “Beside it” stands the baseline of the same run, or what the`,
      'figure is a part of. “Better” says which way is better.',
    ].join('\n'),
    [
      'Figures of two machines are not comparable, and repeats on one scatter. To see what a change',
      'costs, compare two commits: `npm run compare -- BENCH`.',
    ].join('\n'),
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

function sectionOf({ name, title, figures }: Measurement, taken: Taken | undefined): string {
  const rows = figures.map(({ name: figure, label, better }) => {
    const found = figureOf(taken, figure);
    const beside = 'value' in found ? (found.beside ?? '') : '';
    return `| ${label} | ${shown(found)} | ${beside} | ${better} |`;
  });
  return [
    `## ${name}`,
    `${title}.`,
    ...(taken === undefined ? [] : [provenanceOf(taken)]),
    ['| What | Figure | Beside it | Better |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function provenanceOf(taken: Taken): string {
  const { command, date, commit, minutes, machine, othersPercent, hasMissedBound } = taken;
  const others =
    othersPercent === null
      ? 'load by other programs not known'
      : `other programs took ${othersPercent} % of the processors`;
  return [
    `\`${command}\``,
    `${date}, commit ${commit}, ${minutes} minutes`,
    isBusy(taken) ? `**on a busy machine: ${others}**` : others,
    machine,
    ...(hasMissedBound ? ['**a bound of this bench was missed**'] : []),
  ].join(' · ');
}

/**
 * README.md with its table anew: figures by measurement and name, as docs/measured.md has them.
 *
 * @throws Error if the page has no place for it, or the figure does not exist
 */
export function quotedIn(
  readme: string,
  quotes: readonly (readonly [measurement: string, figure: string])[],
  measurements: readonly Measurement[],
  measured: Measured,
): string {
  const { before, after } = aroundQuotes(readme);
  const rows = quotes.map(([name, figure]) => {
    const label = measurements
      .find((measurement) => measurement.name === name)
      ?.figures.find((each) => each.name === figure)?.label;
    if (label === undefined) throw new Error(`There is no figure ${name} ${figure}.`);
    const taken = measured[name];
    const found = figureOf(taken, figure);
    const beside = 'value' in found ? (found.beside ?? '') : '';
    const mark = taken !== undefined && isBusy(taken) ? ' (on a busy machine)' : '';
    return `| ${label} | [${shown(found)}](docs/measured.md#${name})${mark} | ${beside} |`;
  });
  const table = ['| What | Figure | Beside it |', '| --- | --- | --- |', ...rows].join('\n');
  return `${before}${README_START}\n\n${table}\n\n${README_END}${after}`;
}

/** @throws Error if a marker is missing */
export function aroundQuotes(readme: string): { readonly before: string; readonly after: string } {
  const start = readme.indexOf(README_START);
  const end = readme.indexOf(README_END);
  if (start < 0 || end < start) {
    throw new Error(`README.md must have "${README_START}" and "${README_END}".`);
  }
  return { before: readme.slice(0, start), after: readme.slice(end + README_END.length) };
}

function figureOf(taken: Taken | undefined, name: string): TakenFigure {
  return taken?.figures[name] ?? { problem: NOT_TAKEN };
}
